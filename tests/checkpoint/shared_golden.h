// Golden cases of which the project keeps only a part.
#pragma once

#include <filesystem>
#include <string>

#include "golden_folder.h"

namespace tandem_test {

/// The case with all its files, which only `../shared/golden` has; empty where it is missing.
inline std::string whole_golden_case(const std::string& path) {
  const std::filesystem::path shared = std::filesystem::path(shared_folder()) / "golden" / path;
  return std::filesystem::exists(shared / "case.json") ? shared.string() : std::string();
}

}  // namespace tandem_test

/// Skips the test, loudly, where `../shared` is not at hand.
#define TANDEM_WHOLE_GOLDEN(variable, path)                            \
  const std::string variable = ::tandem_test::whole_golden_case(path); \
  if (variable.empty())                                                \
  GTEST_SKIP() << "the golden case " << (path) << " is not in ../shared/golden"
