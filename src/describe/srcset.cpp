#include <cstdlib>

#include "describe/page_images.h"

namespace tandem {
namespace {

constexpr std::string_view kBlanks = " \t\n\f\r";

/// "640w" and "2x" by their number; none is 1.
double size_of(std::string_view descriptors) {
  const auto begin = descriptors.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return 1;
  const std::string text(descriptors.substr(begin));
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && (*end == 'w' || *end == 'x') && value == value ? value : 1;
}

}  // namespace

std::string largest_of_srcset(std::string_view srcset) {
  std::string best;
  double best_size = -1;
  for (size_t at = 0;;) {
    const size_t begin = srcset.find_first_not_of(" \t\n\f\r,", at);
    if (begin == std::string_view::npos) return best;
    size_t end = srcset.find_first_of(kBlanks, begin);
    if (end == std::string_view::npos) end = srcset.size();
    std::string_view url = srcset.substr(begin, end - begin);
    double size = 1;
    at = end;
    if (url.ends_with(',')) {
      while (url.ends_with(',')) url.remove_suffix(1);
    } else {
      size_t comma = srcset.find(',', end);
      if (comma == std::string_view::npos) comma = srcset.size();
      size = size_of(srcset.substr(end, comma - end));
      at = comma;
    }
    if (size > best_size) {
      best = std::string(url);
      best_size = size;
    }
  }
}

}  // namespace tandem
