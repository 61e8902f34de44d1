// tandem search, similar, duplicates as a user calls them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/scratch_folder.h"
#include "cli/program.h"
#include "golden_folder.h"
#include "index/picture_folder.h"

namespace tandem_test {
namespace {

namespace fs = std::filesystem;

/// A library of eight pictures, one of them twice.
class SearchVerbs : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string golden = golden_case("zero_shot/one_template");
    if (golden.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    for (uint32_t i = 0; i < 7; ++i)
      folder_.put((i < 3 ? "a/p" : "b/p") + std::to_string(i) + ".png", i);
    folder_.put("b/again.png", 0);
    folder_.put("b/<b>&\"x.png", 50);
    flags_ = " --db " + folder_.library() + " --quiet --model " + golden + "/hf";
    ASSERT_EQ(run_tandem("index " + folder_.root() + flags_).exit_code, 0);
  }
  Outcome run(const std::string& arguments) const { return run_tandem(arguments + flags_); }

  PictureFolder folder_;
  std::string flags_;
};

TEST_F(SearchVerbs, GivesOneLineForEachPicture) {
  const Outcome outcome = run("search 'a dog' --all --top-k 4 --json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(lines[i]["rank"], i + 1);
    EXPECT_TRUE(fs::exists(std::string(lines[i]["path"])));
    EXPECT_GE(lines[i]["confidence"], 0);
    EXPECT_LE(lines[i]["confidence"], 1);
    if (i > 0) {
      EXPECT_LE(lines[i]["cosine"], lines[i - 1]["cosine"]);
    }
  }
}

TEST_F(SearchVerbs, NoMatchIsAnAnswer) {
  // What is asked for and refused at once never fits.
  const std::string impossible = "search 'a dog' --not 'a dog'";
  const Outcome json = run(impossible + " --json");
  EXPECT_EQ(json.exit_code, 0) << json.err;
  EXPECT_EQ(json.out, "");
  const Outcome text = run(impossible);
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.out.find("no good match"), std::string::npos);
  EXPECT_NE(text.out.find("--all"), std::string::npos);
  EXPECT_EQ(run(impossible + " --all --json").lines().size(), 9u);
  const Outcome filtered = run("search 'a dog' --all --min-side 5000");
  EXPECT_EQ(filtered.exit_code, 0);
  EXPECT_NE(filtered.out.find("no picture passes"), std::string::npos);
}

TEST_F(SearchVerbs, FiltersLeaveTheRestAlone) {
  EXPECT_EQ(run("search 'a dog' --all --json --path 'a/*'").lines().size(), 3u);
  EXPECT_EQ(run("search 'a dog' --all --json --path 'a/*' --path '*/again.png'").lines().size(),
            4u);
  EXPECT_EQ(run("search 'a dog' --all --json --before 1990").lines().size(), 0u);
  EXPECT_EQ(run("search 'a dog' --all --json --after 1990 --max-size 1MB").lines().size(), 9u);
}

TEST_F(SearchVerbs, WordsAndPicturesTogether) {
  const std::string image = folder_.at("b/p5.png");
  EXPECT_EQ(run("search --image " + image + " 'a dog' --weight 0.2 --all --json").lines().size(),
            9u);
  const auto lines = run("search --image " + image + " --all --json").lines();
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_EQ(lines.front()["path"], image);
}

TEST_F(SearchVerbs, WritesAPage) {
  const std::string page = folder_.other("found.html");
  const Outcome outcome = run("search '<i>a dog' --all --html " + page);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::ifstream file(page);
  const std::string html(std::istreambuf_iterator<char>(file), {});
  EXPECT_NE(html.find("&lt;i&gt;a dog"), std::string::npos);
  EXPECT_EQ(html.find("<i>"), std::string::npos);
  EXPECT_EQ(html.find("<b>&"), std::string::npos);
  EXPECT_NE(html.find("data:image/jpeg;base64,"), std::string::npos);
}

TEST_F(SearchVerbs, RefuseWhatTheyDoNotUnderstand) {
  EXPECT_EQ(run("search").exit_code, 2);
  EXPECT_EQ(run("search 'a dog' --weight 2").exit_code, 2);
  EXPECT_EQ(run("search 'a dog' --weight nan").exit_code, 2);
  EXPECT_EQ(run("search 'a dog' --orientation round").exit_code, 2);
  EXPECT_EQ(run("search 'a dog' --after someday").exit_code, 2);
  EXPECT_EQ(run("similar /not/there.jpg").exit_code, 1);
  EXPECT_EQ(run_tandem("search 'a dog' --db /not/there.db").exit_code, 1);
}

TEST_F(SearchVerbs, SimilarAndDuplicates) {
  const auto similar = run("similar " + folder_.at("a/p0.png") + " --top-k 2 --json").lines();
  ASSERT_EQ(similar.size(), 2u);
  EXPECT_EQ(similar.front()["path"], folder_.at("b/again.png"));
  const auto groups = run("duplicates --json").lines();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups.front()["kind"], "exact");
  EXPECT_EQ(groups.front()["best"], groups.front()["group"][0]);
  EXPECT_EQ(groups.front()["group"].size(), 2u);
  EXPECT_TRUE(fs::exists(folder_.at("b/again.png")));
}

TEST_F(SearchVerbs, APictureComesFromStandardInput) {
  const std::string from = " < " + folder_.at("a/p1.png");
  const auto similar = run_tandem("similar - --top-k 1 --json" + flags_ + from).lines();
  ASSERT_EQ(similar.size(), 1u);
  EXPECT_EQ(similar[0]["path"], folder_.at("a/p1.png"));
  const auto found = run_tandem("search --image - --all --top-k 1 --json" + flags_ + from).lines();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["path"], folder_.at("a/p1.png"));
}

TEST_F(SearchVerbs, ThePageIsNeverTheLibrary) {
  EXPECT_EQ(run("search 'a dog' --html " + folder_.library()).exit_code, 1);
  EXPECT_EQ(run("search 'a dog' --json").exit_code, 0);
}

}  // namespace
}  // namespace tandem_test
