#include "data/picture_names.h"

#include <algorithm>

namespace tandem {

const std::vector<std::string>& picture_extensions() {
  static const std::vector<std::string> extensions = {"jpg", "jpeg", "png",  "webp", "gif",  "bmp",
                                                      "tif", "tiff", "heic", "heif", "avif", "jfif",
                                                      "ppm", "pgm",  "pbm",  "pnm",  "jpe"};
  return extensions;
}

SplitName split_name(std::string_view path) {
  const size_t base = path.rfind('/') + 1;  // 0 where there is none
  const size_t dot = path.find('.', base);
  if (dot == std::string_view::npos || dot == base) return {path, {}};
  std::string extension(path.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return {path.substr(0, dot), std::move(extension)};
}

bool is_one_of(std::string_view extension, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& end) {
    return extension == end || (extension.size() > end.size() && extension.ends_with(end) &&
                                extension[extension.size() - end.size() - 1] == '.');
  });
}

}  // namespace tandem
