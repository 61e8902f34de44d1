// The verbs that keep a library of pictures, as a user runs them.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "cli/background.h"
#include "cli/program.h"
#include "index/picture_folder.h"

namespace tandem_test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class IndexVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    case_ = golden_case("zero_shot/one_template");
    if (case_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    for (uint32_t i = 0; i < 3; ++i) folder_.put("p" + std::to_string(i) + ".png", i);
  }
  Outcome index(const std::string& more = "") const {
    return run_tandem("index " + folder_.root() + " --db " + folder_.library() +
                      " --json --model " + case_ + "/hf " + more);
  }
  Outcome library(const std::string& part, const std::string& more = "") const {
    return run_tandem("library " + part + " --db " + folder_.library() + " --json " + more);
  }
  json stats() const { return library("stats").lines().at(0); }

  std::string case_;
  PictureFolder folder_;
};

TEST_F(IndexVerb, GivesTheContractsKeys) {
  const auto outcome = index();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(outcome.lines().size(), 1u);
  const json line = outcome.lines()[0];
  for (const char* key : {"added", "changed", "moved", "deleted", "failed", "seconds"})
    EXPECT_TRUE(line.contains(key)) << key;
  EXPECT_EQ(line["added"], 3);
  EXPECT_EQ(index().lines()[0]["unchanged"], 3);
}

TEST_F(IndexVerb, AFailureIsASentenceAndExitCodeOne) {
  folder_.put("bad.jpg", std::string("no picture"));
  const auto outcome = index();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.err.starts_with("tandem: ")) << outcome.err;
  EXPECT_EQ(outcome.lines()[0]["failed"], 1);
  EXPECT_EQ(outcome.lines()[0]["added"], 3);
  EXPECT_EQ(index().exit_code, 0);
  EXPECT_EQ(stats()["errors"][0]["path"], folder_.at("bad.jpg"));
}

TEST_F(IndexVerb, WrongUsageIsTwo) {
  for (const char* arguments :
       {"index", "index x --shard 0/4", "index x --shard 5/4", "index x --shard 1", "library",
        "library forget", "library forget --space 1 --path x", "library merge", "library export",
        "index x --store f64", "index x --shard 1/4294967297", "index x --shard 1/2x",
        "index x --db ''", "library forget --path x --db ''"})
    EXPECT_EQ(run_tandem(arguments).exit_code, 2) << arguments;
}

TEST_F(IndexVerb, HelpEndsWithAnExample) {
  for (const char* verb : {"index", "library", "library stats", "library check", "library merge",
                           "library export", "library forget"}) {
    const auto help = run_tandem(std::string(verb) + " --help");
    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_NE(help.out.find("Example:\n  tandem "), std::string::npos) << verb;
  }
}

TEST_F(IndexVerb, TheLibraryIsCaredFor) {
  ASSERT_EQ(index("--store int8").exit_code, 0);
  EXPECT_EQ(stats()["spaces"][0]["int8"], 3);
  EXPECT_EQ(library("check", "--deep").lines()[0]["ok"], true);
  const std::string out = folder_.other("out.npy");
  EXPECT_EQ(library("export", "--to " + out).lines()[0]["rows"], 3);
  EXPECT_TRUE(fs::exists(out + ".jsonl"));
  EXPECT_EQ(library("export", "--to " + folder_.other("x.doc")).exit_code, 1);
  const std::string copy = folder_.other("copy.db");
  EXPECT_EQ(run_tandem("library merge " + folder_.library() + " --db " + copy + " --json")
                .lines()[0]["added"],
            3);
  EXPECT_EQ(library("forget", "--path '*p1*'").lines()[0]["pictures"], 1);
  EXPECT_EQ(library("forget", "--space 1").lines()[0]["embeddings"], 2);
  EXPECT_EQ(library("check").exit_code, 0);
  fs::remove(folder_.at("p0.png"));
  EXPECT_EQ(library("check").exit_code, 1);
}

TEST_F(IndexVerb, ALibraryThatIsNotThereIsNotMade) {
  for (const char* part : {"stats", "check", "export --to x.npy", "forget --space 1"}) {
    EXPECT_EQ(library(part).exit_code, 1) << part;
    EXPECT_FALSE(fs::exists(folder_.library())) << part;
  }
}

TEST_F(IndexVerb, NoLibraryIsMadeInVain) {
  EXPECT_EQ(
      run_tandem("index " + folder_.root() + " --db " + folder_.library() + " --model /not/there")
          .exit_code,
      1);
  EXPECT_FALSE(fs::exists(folder_.library()));
  EXPECT_EQ(library("merge", "/not/there.db").exit_code, 1);
  EXPECT_FALSE(fs::exists(folder_.library()));
}

TEST_F(IndexVerb, AnExportGoesToStandardOutputAndNeverOverTheLibrary) {
  ASSERT_EQ(index().exit_code, 0);
  const auto printed = library("export", "--to - --format jsonl");
  EXPECT_EQ(printed.exit_code, 0) << printed.err;
  ASSERT_EQ(printed.lines().size(), 3u);
  EXPECT_TRUE(printed.lines()[0].contains("embedding"));
  EXPECT_EQ(library("export", "--to - --format npy").exit_code, 1);
  const auto over = library("export", "--format csv --to " + folder_.library());
  EXPECT_EQ(over.exit_code, 1);
  EXPECT_NE(over.err.find("is the library itself"), std::string::npos) << over.err;
  EXPECT_EQ(stats()["pictures"], 3);
}

TEST_F(IndexVerb, WatchingFollowsChangesAndEndsCleanly) {
  Background watcher({"index", folder_.root(), "--db", folder_.library(), "--watch", "--json",
                      "--quiet", "--model", case_ + "/hf"},
                     folder_.other("watch.out"));
  const auto pictures = [&]() -> int64_t {
    const auto outcome = library("stats");
    return outcome.exit_code == 0 ? outcome.lines().at(0)["pictures"].get<int64_t>() : -1;
  };
  const auto becomes = [&](int64_t count) {
    for (int i = 0; i < 200; ++i) {
      if (pictures() == count) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  };
  ASSERT_TRUE(becomes(3));
  EXPECT_NE(index().exit_code, 0);  // the second writer is told so
  folder_.put("new/deep/a.png", 50);
  folder_.put("b.png", 51);
  EXPECT_TRUE(becomes(5));
  fs::remove_all(folder_.at("new"));
  EXPECT_TRUE(becomes(4));
  // A link to what is there already gives it no second name; one that leads out is followed on.
  fs::create_directories(folder_.other("elsewhere"));
  fs::create_directory_symlink(folder_.root(), folder_.at("loop"));
  fs::create_directory_symlink(folder_.other("elsewhere"), folder_.at("out"));
  folder_.put("c.png", 52);
  EXPECT_TRUE(becomes(5));
  folder_.put("../elsewhere/d.png", 53);
  EXPECT_TRUE(becomes(6));
  EXPECT_EQ(stats()["errors"].size(), 0u);
  EXPECT_EQ(watcher.end(SIGTERM), 0);
  const json summary = json::parse(watcher.output());
  EXPECT_EQ(summary["added"], 7);
  EXPECT_EQ(summary["deleted"], 1);
  EXPECT_FALSE(fs::exists(folder_.library() + ".lock"));
  EXPECT_FALSE(fs::exists(folder_.library() + "-wal"));
}

TEST_F(IndexVerb, WatchingAFolderThatGoesSaysSoAndKeepsItsPictures) {
  Background watcher({"index", folder_.root(), "--db", folder_.library(), "--watch", "--json",
                      "--quiet", "--model", case_ + "/hf"},
                     folder_.other("watch.out"));
  for (int i = 0; i < 200 && library("stats").exit_code != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  for (int i = 0; i < 200 && stats()["pictures"] != 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fs::remove_all(folder_.root());
  for (int i = 0; i < 200 && watcher.runs(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  ASSERT_FALSE(watcher.runs());
  EXPECT_EQ(watcher.wait(), 1);
  EXPECT_EQ(stats()["pictures"], 3) << "as if its disk were lost";
}

}  // namespace
}  // namespace tandem_test
