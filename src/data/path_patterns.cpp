#include "data/path_patterns.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr uint64_t kMaxPaths = 1'000'000;

[[noreturn]] void fail_for_number(const std::string& pattern) {
  fail(ErrorKind::limit, "{}: stands for more than {} paths; give folders or globs", pattern,
       kMaxPaths);
}

std::optional<uint64_t> number(std::string_view digits) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

/// What the inside of one pair of braces stands for; empty where it is none of ours.
std::vector<std::string> choices(std::string_view inside, bool lists, const std::string& pattern) {
  std::vector<std::string> result;
  if (const size_t dots = inside.find(".."); dots != std::string_view::npos) {
    const auto first = number(inside.substr(0, dots)), last = number(inside.substr(dots + 2));
    if (!first || !last) return {};
    if (*last < *first)
      fail(ErrorKind::bad_input,
           "{}: the range {{{}}} runs backwards; give the smaller number first", pattern, inside);
    if (*last - *first >= kMaxPaths) fail_for_number(pattern);
    for (uint64_t i = *first; i <= *last; ++i)
      result.push_back(fmt::format("{:0{}}", i, static_cast<int>(dots)));
    return result;
  }
  if (!lists || inside.find(',') == std::string_view::npos) return {};
  for (size_t at = 0; at <= inside.size();) {
    const size_t comma = std::min(inside.find(',', at), inside.size());
    result.emplace_back(inside.substr(at, comma - at));
    at = comma + 1;
  }
  return result;
}

std::vector<std::string> expand(const std::string& pattern, bool lists) {
  std::vector<std::string> paths = {""};
  size_t done = 0;
  for (size_t at = 0; (at = pattern.find('{', at)) != std::string::npos;) {
    const size_t close = pattern.find('}', at);
    if (close == std::string::npos) break;
    const auto parts =
        choices(std::string_view(pattern).substr(at + 1, close - at - 1), lists, pattern);
    if (parts.empty()) {
      ++at;
      continue;
    }
    if (paths.size() * parts.size() > kMaxPaths) fail_for_number(pattern);
    std::vector<std::string> longer;
    longer.reserve(paths.size() * parts.size());
    for (const std::string& path : paths)
      for (const std::string& part : parts)
        longer.push_back(path + pattern.substr(done, at - done) + part);
    paths = std::move(longer);
    at = done = close + 1;
  }
  for (std::string& path : paths) path += pattern.substr(done);
  return paths;
}

std::vector<std::string> find_glob(const std::string& pattern) {
  glob_t found{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);  // sorted
  std::vector<std::string> paths;
  if (failed == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (paths.empty())
    fail(ErrorKind::io, "{}: no file has such a name; check the folder and the pattern", pattern);
  return paths;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) { return expand(pattern, true); }
std::vector<std::string> expand_ranges(const std::string& pattern) {
  return expand(pattern, false);
}

std::vector<std::string> expand_paths(const std::string& pattern) {
  if (exists(pattern)) return {pattern};
  std::vector<std::string> paths;
  for (std::string& path : expand_braces(pattern)) {
    if (path.find_first_of("*?[") == std::string::npos || exists(path)) {
      paths.push_back(std::move(path));
      continue;
    }
    for (std::string& found : find_glob(path)) paths.push_back(std::move(found));
  }
  return paths;
}

}  // namespace tandem
