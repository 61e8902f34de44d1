// Where the golden cases and other shared files are, for tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace tandem_test {

/// `../shared` beside the repository, or empty where it is missing.
inline std::string shared_folder() {
  const std::filesystem::path folder = std::filesystem::path(TANDEM_SOURCE_DIR) / ".." / "shared";
  return std::filesystem::is_directory(folder) ? folder.string() : std::string();
}

/// The golden case of this path: the whole one in ../shared/golden where that
/// is at hand, else what tests/golden keeps of it, else empty.
inline std::string golden_case(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path shared = fs::path(shared_folder()) / "golden" / path;
  if (fs::exists(shared / "case.json")) return shared.string();
  const fs::path kept = fs::path(TANDEM_SOURCE_DIR) / "tests" / "golden" / path;
  return fs::exists(kept / "case.json") ? kept.string() : std::string();
}

/// The case with all its files, which only `../shared/golden` has (the project keeps a part of
/// some); empty where it is missing.
inline std::string whole_golden_case(const std::string& path) {
  const std::filesystem::path shared = std::filesystem::path(shared_folder()) / "golden" / path;
  return std::filesystem::exists(shared / "case.json") ? shared.string() : std::string();
}

}  // namespace tandem_test

/// Skips the test, loudly, where the case is not at hand.
#define TANDEM_GOLDEN(variable, path)                                       \
  const std::string variable = ::tandem_test::golden_case(path);            \
  if (variable.empty())                                                     \
  GTEST_SKIP() << "the golden case " << (path)                              \
               << " is neither in tests/golden nor in ../shared/golden"

/// The same for a case of which tests/golden keeps too little.
#define TANDEM_WHOLE_GOLDEN(variable, path)                            \
  const std::string variable = ::tandem_test::whole_golden_case(path); \
  if (variable.empty())                                                \
  GTEST_SKIP() << "the golden case " << (path) << " is not in ../shared/golden"
