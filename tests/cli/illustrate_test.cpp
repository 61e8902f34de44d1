// tandem illustrate as a teacher uses it.
#include <gtest/gtest.h>

#include <set>

#include "base/scratch_folder.h"
#include "cli/program.h"
#include "golden_folder.h"

namespace {

using nlohmann::json;
using tandem_test::run_tandem;
namespace fs = std::filesystem;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Illustrate : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string golden = tandem_test::golden_case("zero_shot/one_template");
    if (golden.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_ = " --model " + golden + "/hf ";
    fs::create_directories(scratch_.path("pics"));
    for (const char* name : {"0_rgb_50x38.png", "1_rgb_29x61.png", "2_rgb_32x32.png"})
      fs::copy_file(golden + "/images/" + name, scratch_.path("pics/" + std::string(name)));
    fs::rename(scratch_.path("pics/0_rgb_50x38.png"), scratch_.path("pics/a [b] \xff.png"));
    scratch_.write("lesson.md", lesson_);
  }
  std::string at(const std::string& name) const { return scratch_.path(name); }
  /// With a picture at every place: the tiny model is random and sure of nothing.
  std::string everything() const {
    return "illustrate " + at("lesson.md") + " --from " + at("pics") + model_ +
           "--min-confidence 0 ";
  }

  const std::string lesson_ =
      "# Animals\r\n\r\nA cat sits on the old mat.\r\n\r\n- the first dog runs away fast\r\n- the "
      "second dog sleeps all day\r\n\r\n> a quotation of some words\r\n\r\nThe end of it, "
      "already.\r\n";
  const tandem_test::ScratchFolder scratch_;
  std::string model_;
};

TEST_F(Illustrate, ListsLinesWithPictures) {
  const auto outcome = run_tandem(everything() + "--json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 3u);  // four places, three pictures, each once
  std::set<std::string> pictures;
  for (const auto& line : lines) {
    EXPECT_TRUE(line.contains("line") && line.contains("confidence"));
    pictures.insert(line["picture"].get<std::string>());
  }
  EXPECT_EQ(pictures.size(), 3u);
  EXPECT_EQ(run_tandem(everything() + "--json --uses 2").lines().size(), 4u);
  EXPECT_EQ(run_tandem(everything() + "--json --all").lines().size(), 4u);
  const auto plain = run_tandem(everything());
  EXPECT_NE(plain.err.find("tandem: 3 of 4 places get a picture"), std::string::npos) << plain.err;
}

TEST_F(Illustrate, NothingWhereNothingFits) {
  const auto outcome = run_tandem("illustrate " + at("lesson.md") + " --from " + at("pics") +
                                  model_ + "--min-confidence 1 --json --out " + at("out.md"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(contents(at("out.md")), lesson_);
}

TEST_F(Illustrate, WritesACopyWithAltTextsAndSources) {
  scratch_.write("pics/1_rgb_29x61.txt", "a tall picture\n");
  scratch_.write("alts.csv", "path,alt\npics/2_rgb_32x32.png,\"squares, two\"\n");
  scratch_.write("credits.tsv", "path\tcredit\tlicence\npics/2_rgb_32x32.png\tMe\tCC0\n");
  const auto outcome = run_tandem(everything() + "--out " + at("out/lesson.md") + " --alts " +
                                  at("alts.csv") + " --sources " + at("credits.tsv"));
  EXPECT_EQ(outcome.exit_code, 1) << "the folder out is missing";
  fs::create_directories(at("out"));
  const auto again = run_tandem(everything() + "--out " + at("out/lesson.md") + " --alts " +
                                at("alts.csv") + " --sources " + at("credits.tsv"));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const std::string copy = contents(at("out/lesson.md"));
  for (const char* part :
       {"![a tall picture](../pics/1_rgb_29x61.png \"Picture ",
        "![squares, two](../pics/2_rgb_32x32.png \"Picture ",
        "![Alt text is missing: a person must write it](../pics/a%20%5Bb%5D%20%FF.png \"Picture ",
        "\r\n\r\n## Sources of the pictures\r\n", " | Me | CC0 |\r\n"})
    EXPECT_NE(copy.find(part), std::string::npos) << part << "\n" << copy;
  EXPECT_NE(again.err.find("1 of 3 pictures have no alt text"), std::string::npos) << again.err;
  EXPECT_EQ(contents(at("lesson.md")), lesson_);
}

TEST_F(Illustrate, ReadsAndWritesPipes) {
  const auto outcome = run_tandem("illustrate - --from " + at("pics") + model_ +
                                  "--min-confidence 0 --out - <" + at("lesson.md"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("# Animals\r\n\r\nA cat sits")) << outcome.out;
  EXPECT_NE(outcome.out.find("## Sources of the pictures"), std::string::npos);
}

TEST_F(Illustrate, ChoosesFromALibrary) {
  const auto indexed =
      run_tandem("index " + at("pics") + model_ + "--db " + at("library.db") + " --quiet");
  ASSERT_EQ(indexed.exit_code, 0) << indexed.err;
  const std::string choose = "illustrate " + at("lesson.md") + " --db " + at("library.db") +
                             model_ + "--min-confidence 0 --json";
  const auto all = run_tandem(choose);
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(all.lines().size(), 3u);
  fs::remove(at("pics/2_rgb_32x32.png"));
  const auto rest = run_tandem(choose);
  EXPECT_EQ(rest.lines().size(), 2u);
  EXPECT_NE(rest.err.find("1 of 3 pictures of the library are gone"), std::string::npos)
      << rest.err;
}

TEST_F(Illustrate, MatchGivesEachTextOnePictureOrNone) {
  const std::string match = "match --images " + at("pics") + " --texts-file " +
                            scratch_.write("texts.txt", "a cat\na dog\na bird\na fish\n") + model_ +
                            "--assign --json --min-confidence ";
  const auto lines = run_tandem(match + "0").lines();
  ASSERT_EQ(lines.size(), 4u);
  std::set<std::string> pictures;
  int none = 0;
  for (const auto& line : lines)
    if (line["image"].is_null())
      ++none;
    else
      pictures.insert(line["image"].get<std::string>());
  EXPECT_EQ(none, 1);
  EXPECT_EQ(pictures.size(), 3u);
  for (const auto& line : run_tandem(match + "1").lines()) EXPECT_TRUE(line["image"].is_null());
  for (const auto& line : run_tandem(match + "0 --uses 4").lines())
    EXPECT_FALSE(line["image"].is_null());
}

TEST_F(Illustrate, ABadPictureIsNamedAndTheRestIsDone) {
  scratch_.write("pics/broken.png", "no picture");
  const auto outcome = run_tandem(everything() + "--json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.lines().size(), 3u);
  EXPECT_NE(outcome.err.find("broken.png"), std::string::npos);
}

TEST_F(Illustrate, WrongUsage) {
  const std::string lesson = at("lesson.md"), pics = at("pics");
  for (const std::string& arguments :
       {std::string("illustrate"), "illustrate " + lesson, "illustrate --from " + pics,
        "illustrate " + lesson + " --from " + pics + " --db x.db",
        "illustrate " + lesson + " --from " + pics + " --uses 0",
        "illustrate " + lesson + " --from " + pics + " --at tables",
        "illustrate " + lesson + " --from " + pics + " --out " + lesson,
        "illustrate " + lesson + " --from " + pics + " --out - --json"})
    EXPECT_EQ(run_tandem(arguments).exit_code, 2) << arguments;
  const auto help = run_tandem("illustrate --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("Example:\n  tandem illustrate"), std::string::npos);
}

TEST_F(Illustrate, WhatCannotBeDoneIsOneSentence) {
  for (const std::string& arguments :
       {"illustrate " + at("none.md") + " --from " + at("pics") + model_,
        "illustrate " + at("lesson.md") + " --from " + at("nowhere") + model_,
        "illustrate " + at("lesson.md") + " --db " + at("none.db") + model_,
        everything() + "--sources " + at("lesson.md")}) {
    const auto outcome = run_tandem(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments;
    EXPECT_TRUE(outcome.err.starts_with("tandem: ")) << outcome.err;
  }
}

TEST_F(Illustrate, IsMeasured) {
  // A folder of figures with their texts is data as well.
  for (const char* name : {"a [b] \xff", "1_rgb_29x61", "2_rgb_32x32"})
    scratch_.write("pics/" + std::string(name) + ".json",
                   R"({"text": ["a picture of something", "what its book says"]})");
  scratch_.write("origins.tsv", "key\torigin\n1_rgb_29x61\tsome-book/Says_1.jpg\n");
  const auto outcome = run_tandem("eval illustrate " + at("pics") + model_ + "--json --origins " +
                                  at("origins.tsv"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(outcome.lines().size(), 1u);
  const json line = outcome.lines()[0];
  EXPECT_EQ(line["clip"]["n"], 3);
  for (const char* key : {"right", "wrong", "none_right", "precision"})
    EXPECT_TRUE(line["none"].contains(key)) << key;
  EXPECT_EQ(run_tandem("eval illustrate " + at("pics") + model_ + "--json --rules").lines().size(),
            20u);
  EXPECT_EQ(run_tandem("eval illustrate " + at("pics") + model_ + "--json --fit").lines().size(),
            2u);
}

}  // namespace
