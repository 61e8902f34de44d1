#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "page/page.h"

namespace tandem {

namespace fs = std::filesystem;

std::string file_address(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  return escape_url(error ? path : whole.string());
}

std::vector<std::string> folders_below_shared(const std::vector<std::string>& paths) {
  std::vector<fs::path> folders;
  for (const auto& path : paths) folders.push_back(fs::path(path).parent_path());
  fs::path shared = folders.empty() ? fs::path() : folders.front();
  for (const auto& folder : folders) {
    const auto end =
        std::mismatch(shared.begin(), shared.end(), folder.begin(), folder.end()).first;
    fs::path both;
    for (auto part = shared.begin(); part != end; ++part) both /= *part;
    shared = both;
  }
  const auto depth = std::distance(shared.begin(), shared.end());
  std::vector<std::string> result;
  for (const auto& folder : folders) {
    fs::path rest;
    for (auto part = std::next(folder.begin(), depth); part != folder.end(); ++part) rest /= *part;
    result.push_back(rest.string());
  }
  return result;
}

std::string percent_in_words(double probability) {
  const double percent = 100 * probability;
  if (percent < 1) return percent > 0 ? "under 1%" : "0%";
  return percent > 99 && percent < 100 ? "over 99%" : fmt::format("{:.0f}%", percent);
}

}  // namespace tandem
