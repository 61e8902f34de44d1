// The source tree as the tests of the house read it: files, lines, includes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace tandem_test {

struct SourceFile {
  std::string path;  ///< relative to the repository, with forward slashes
  std::vector<std::string> lines;
};

struct Include {
  std::string target;  ///< what stands between the quotes or brackets
  bool angled = false;
  int line = 0;  ///< counted from 1
};

/// All files below `folder` (relative to the repository) that end in .h or
/// .cpp, sorted by path; none where the folder does not exist.
inline std::vector<SourceFile> source_files(const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path root(TANDEM_SOURCE_DIR);
  std::vector<SourceFile> files;
  if (!fs::is_directory(root / folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
    SourceFile file{fs::relative(entry.path(), root).generic_string(), {}};
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

inline std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file.lines[i], match, pattern))
      includes.push_back({match[2].str(), match[1].str() == "<", static_cast<int>(i) + 1});
  }
  return includes;
}

}  // namespace tandem_test
