// The house stands: every include points to a lower floor, public headers
// carry no third-party type, files stay one idea long.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "house/source_tree.h"

namespace tandem_test {
namespace {

// ARCHITECTURE.md draws this. A new room gets its floor here first.
const std::map<std::string, int> kFloors = {
    {"base", 1},                                                        //
    {"model", 2},     {"text", 2},       {"image", 2}, {"kernels", 2},  //
    {"backend", 3},   {"checkpoint", 3}, {"data", 3},  {"page", 3},     //
    {"engine", 4},    {"train", 4},                                     //
    {"zero_shot", 5}, {"index", 5},                                     //
    {"eval", 6},      {"verify", 6},     {"search", 6},                 //
    {"bench", 7},     {"sort", 7},       {"illustrate", 7},             //
    {"describe", 7},                                                    //
    {"cli", 8},
};

struct Place {
  std::string room;  // "backend"
  std::string part;  // "cpu" in backend/cpu/..., else empty
};

Place place_of(const std::string& path) {
  const size_t first = path.find('/');
  const size_t second = path.find('/', first + 1);
  return {path.substr(0, first),
          second == std::string::npos ? "" : path.substr(first + 1, second - first - 1)};
}

bool is_header(const std::string& path) { return path.ends_with(".h"); }

/// What is wrong when `file` (relative to src/) includes `target`, or nothing.
std::optional<std::string> objection(const std::string& file, const std::string& target) {
  const Place from = place_of(file);
  const Place to = place_of(target);
  if (!kFloors.contains(from.room)) return "the room has no floor yet: give it one in kFloors";
  if (!kFloors.contains(to.room)) return "no room of the house is called " + to.room;
  if (from.room != to.room) {
    if (kFloors.at(to.room) < kFloors.at(from.room)) return std::nullopt;
    return "a room uses rooms on lower floors only";
  }
  if (to.part.empty() || from.part == to.part) return std::nullopt;
  // The parts of a room stand beside each other on what the room's own headers
  // say; the room's .cpp files choose among the parts.
  if (from.part.empty() && !is_header(file)) return std::nullopt;
  return from.part.empty() ? "a room's own headers know nothing of its parts"
                           : "the parts of a room do not use each other";
}

TEST(House, IncludesPointToLowerFloors) {
  const std::vector<SourceFile> files = source_files("src");
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    for (const Include& include : includes_of(file)) {
      if (include.angled || include.target.starts_with("tandem/")) continue;
      const auto wrong = objection(file.path.substr(4), include.target);
      EXPECT_FALSE(wrong) << file.path << ":" << include.line << " includes " << include.target
                          << ": " << *wrong;
    }
  }
}

TEST(House, RulesRefuseArrowsThatPointUpOrAcross) {
  EXPECT_FALSE(objection("model/vision_transformer.h", "base/tensor.h"));
  EXPECT_FALSE(objection("zero_shot/rank.cpp", "engine/engine.h"));
  EXPECT_FALSE(objection("backend/cpu/gelu.cpp", "backend/backend.h"));
  EXPECT_FALSE(objection("backend/choose.cpp", "backend/cpu/cpu_backend.h"));
  EXPECT_TRUE(objection("model/vision_transformer.h", "backend/backend.h"));
  EXPECT_TRUE(objection("base/json.cpp", "text/bpe.h"));
  EXPECT_TRUE(objection("checkpoint/open.cpp", "backend/backend.h"));
  EXPECT_TRUE(objection("backend/cpu/gelu.cpp", "backend/ref/ref_backend.h"));
  EXPECT_TRUE(objection("backend/backend.h", "backend/cpu/cpu_backend.h"));
  EXPECT_TRUE(objection("verify/run.cpp", "cli/table.h"));
  EXPECT_TRUE(objection("attic/old.cpp", "base/tensor.h"));
}

TEST(House, PublicHeadersIncludeTheStandardLibraryAndEachOtherAlone) {
  const std::vector<SourceFile> files = source_files("include");
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    for (const Include& include : includes_of(file)) {
      // Standard C++ headers have neither a folder nor an ending.
      const bool standard =
          include.angled && include.target.find_first_of("/.") == std::string::npos;
      EXPECT_TRUE(standard || include.target.starts_with("tandem/"))
          << file.path << ":" << include.line << " includes " << include.target
          << ", which users of Tandem may not have";
    }
  }
}

TEST(House, LibraryCodeNeitherPrintsNorExits) {
  const std::regex speaks(
      R"(\bstd::(cout|cerr(?!\.rdbuf)|clog|puts|printf|fputs|exit|quick_exit|_Exit)\b|\bfmt::print\b|[^\w:](printf|puts|exit|_exit)\s*\(|\bfprintf\s*\(\s*std(out|err))");
  for (const SourceFile& file : source_files("src")) {
    if (file.path.starts_with("src/cli/")) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = file.lines[i].substr(0, file.lines[i].find("//"));
      EXPECT_FALSE(std::regex_search(code, speaks))
          << file.path << ":" << i + 1 << ": " << code << ": only cli/ prints and exits";
    }
  }
}

// Two types of one name in one namespace are one type to the linker, which then
// mixes their functions.
TEST(House, NoTwoHeadersDefineTypesOfOneName) {
  const std::regex opens(R"(^namespace ([\w:]+) \{)");
  // `class Library::Connection {` defines a part of a type that is counted already.
  const std::regex defines(R"(^(?:class|struct|enum class) (\w+)\b(?!::)[^;]*$)");
  std::map<std::string, std::string> defined_in;
  for (const SourceFile& file : source_files("src")) {
    if (!is_header(file.path)) continue;
    std::string space;
    std::smatch match;
    for (const std::string& line : file.lines) {
      if (std::regex_search(line, match, opens)) space = match[1].str();
      if (!std::regex_search(line, match, defines)) continue;
      const auto [at, is_new] = defined_in.emplace(space + "::" + match[1].str(), file.path);
      EXPECT_TRUE(is_new) << file.path << " and " << at->second << " both define " << at->first;
    }
  }
  EXPECT_FALSE(defined_in.empty());
}

TEST(House, FilesStayOneIdeaLong) {
  constexpr size_t kWish = 400;
  constexpr size_t kLimit = 500;
  const std::regex data_table("_tables?\\.cpp$");  // rows of facts, however many there are
  for (const char* folder : {"src", "include", "tests", "fuzz", "bench", "examples"}) {
    for (const SourceFile& file : source_files(folder)) {
      if (std::regex_search(file.path, data_table)) continue;
      if (file.lines.size() > kWish)
        std::cout << file.path << ": " << file.lines.size() << " lines; is it still one idea?\n";
      EXPECT_LE(file.lines.size(), kLimit) << file.path << ": split it by concept";
    }
  }
}

}  // namespace
}  // namespace tandem_test
