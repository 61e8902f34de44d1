#include "data/path_patterns.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "data/printable.h"

namespace tandem {
namespace {

constexpr uint64_t kMaxPaths = 1'000'000;

[[noreturn]] void fail_for_number(const std::string& pattern) {
  fail(ErrorKind::limit, "{}: stands for more than {} paths; give folders or globs",
       printable(pattern), kMaxPaths);
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
           "{}: the range {{{}}} runs backwards; give the smaller number first", printable(pattern),
           inside);
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

/// A stretch of a pattern: what it may be, and the text before it.
struct Part {
  std::string before;
  std::vector<std::string> choices;
};

/// The paths of each choice of each part, the last part's changing fastest.
void append_paths(const std::vector<Part>& parts, size_t at, std::string& path,
                  std::vector<std::string>& paths) {
  if (at == parts.size()) {
    paths.push_back(path);
    return;
  }
  const size_t length = path.size();
  for (const std::string& choice : parts[at].choices) {
    path.append(parts[at].before).append(choice);
    append_paths(parts, at + 1, path, paths);
    path.resize(length);
  }
}

std::vector<std::string> expand(const std::string& pattern, bool lists) {
  std::vector<Part> parts;
  uint64_t count = 1;
  std::string before;
  size_t done = 0;
  for (size_t at = 0; (at = pattern.find('{', at)) != std::string::npos;) {
    const size_t close = pattern.find('}', at);
    if (close == std::string::npos) break;
    auto inside = choices(std::string_view(pattern).substr(at + 1, close - at - 1), lists, pattern);
    if (inside.empty()) {
      ++at;
      continue;
    }
    count *= inside.size();
    if (count > kMaxPaths) fail_for_number(pattern);
    before += pattern.substr(done, at - done);
    at = done = close + 1;
    // One choice is no part: parts at least double the number of paths, so they are few.
    if (inside.size() == 1)
      before += inside.front();
    else
      parts.push_back({std::exchange(before, {}), std::move(inside)});
  }
  parts.push_back({before + pattern.substr(done), {""}});
  std::vector<std::string> paths;
  paths.reserve(count);
  std::string path;
  append_paths(parts, 0, path, paths);
  return paths;
}

std::vector<std::string> find_glob(const std::string& pattern) {
  glob_t found{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);  // sorted
  std::vector<std::string> paths;
  if (failed == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (paths.empty())
    fail(ErrorKind::io, "{}: no file has such a name; check the folder and the pattern",
         printable(pattern));
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
