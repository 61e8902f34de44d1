// tandem sort as a user runs it, with a model of random weights.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "cli/program.h"
#include "golden_folder.h"

namespace {

namespace fs = std::filesystem;
using tandem_test::run_tandem;

class SortVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    case_ = tandem_test::golden_case("zero_shot/one_template");
    if (case_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_ = " --model " + case_ + "/hf ";
    fs::copy(case_ + "/images", folder_.path("in"));
    fs::permissions(folder_.path("in"), fs::perms::owner_write, fs::perm_options::add);
    taxonomy_ = folder_.write("pets.toml",
                              "none = false\nthreshold = 0\n[[category]]\nname = \"animals/dogs\"\n"
                              "descriptions = [\"a dog\", \"a puppy\"]\n[[category]]\nname = "
                              "\"cats\"\ndescriptions = \"a cat\"\n");
  }
  std::string run(const std::string& more) const {
    return "sort run " + folder_.path("in") + " --into " + taxonomy_ + model_ + more;
  }
  std::vector<std::string> files(const std::string& name) const {
    std::vector<std::string> found;
    if (!fs::exists(folder_.path(name))) return found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path(name)))
      if (entry.is_regular_file())
        found.push_back(entry.path().lexically_relative(folder_.path(name)));
    std::sort(found.begin(), found.end());
    return found;
  }

  tandem_test::ScratchFolder folder_;
  std::string case_, model_, taxonomy_;
};

TEST_F(SortVerb, EveryVerbHelpsWithAnExample) {
  for (const char* verb : {"run", "calibrate", "teach", "lint", "undo"}) {
    const auto help = run_tandem("sort " + std::string(verb) + " --help");
    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_NE(help.out.find("Example:\n  tandem sort " + std::string(verb)), std::string::npos);
  }
}

TEST_F(SortVerb, WrongUsageIsTwo) {
  for (const std::string& arguments :
       {std::string("sort"), std::string("sort run"), std::string("sort run x"),
        run("--apply copy"), run("--to x"), run("--apply burn --to x"), run("--db x"),
        run("--by category"), std::string("sort undo")}) {
    EXPECT_EQ(run_tandem(arguments).exit_code, 2) << arguments;
  }
}

TEST_F(SortVerb, JsonHasTheContractsKeysAndTouchesNothing) {
  const auto before = files("in");
  const auto outcome = run_tandem(run("--json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), before.size());
  for (const auto& line : lines) {
    EXPECT_TRUE(line.contains("path"));
    EXPECT_EQ(line["none_of_these"], false);
    ASSERT_EQ(line["categories"].size(), 1u);
    EXPECT_GE(line["categories"][0]["confidence"].get<double>(), 0.5);
  }
  EXPECT_NE(outcome.err.find("line 1: the group \"category\" has no \"none of these\""),
            std::string::npos)
      << "lint's remarks are shown";
  EXPECT_EQ(files("in"), before);
}

TEST_F(SortVerb, MovesAndUndoes) {
  const auto before = files("in");
  const std::string log = folder_.path("log.jsonl");
  const auto moved = run_tandem(run("--json --apply move --to " + folder_.path("out") + " --log " +
                                    log + " --xmp --csv " + folder_.path("t.csv") + " --report " +
                                    folder_.path("r.html")));
  ASSERT_EQ(moved.exit_code, 0) << moved.err;
  EXPECT_TRUE(files("in").empty());
  EXPECT_EQ(files("out").size(), 2 * before.size()) << "pictures and sidecars";
  for (const auto& line : moved.lines()) {
    ASSERT_EQ(line["to"].size(), 1u);
    EXPECT_TRUE(fs::exists(line["to"][0].get<std::string>()));
  }
  EXPECT_TRUE(fs::exists(folder_.path("t.csv")));
  EXPECT_TRUE(fs::exists(folder_.path("r.html")));
  const auto undone = run_tandem("sort undo " + log + " --json");
  EXPECT_EQ(undone.exit_code, 0) << undone.err;
  EXPECT_EQ(undone.lines().at(0)["refused"], 0);
  EXPECT_EQ(files("in"), before);
  EXPECT_TRUE(files("out").empty());
}

TEST_F(SortVerb, AnInterruptedRunEndsWith130AndCanBeTakenBack) {
  for (int i = 0; i < 300; ++i)
    fs::copy(case_ + "/images/2_rgb_32x32.png", folder_.path("in/" + std::to_string(i) + ".png"));
  const auto before = files("in");
  const std::string log = folder_.path("log.jsonl");
  // The first signal is sent once the log has some lines.
  const auto outcome = run_tandem(
      run("--apply move --to " + folder_.path("out") + " --log " + log) +
      " >/dev/null & pid=$!; for i in $(seq 2000); do [ $(cat " + log +
      " 2>/dev/null | wc -l) -gt 20 ] && break; sleep 0.01; done; kill -INT $pid; wait $pid");
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_LT(files("in").size(), before.size());
  const auto undone = run_tandem("sort undo " + log);
  EXPECT_EQ(undone.exit_code, 0) << undone.err;
  EXPECT_EQ(files("in"), before);
}

TEST_F(SortVerb, UndoEndsWithOneWhereSomethingChanged) {
  const std::string log = folder_.path("log.jsonl");
  ASSERT_EQ(run_tandem(run("--apply copy --to " + folder_.path("out") + " --log " + log)).exit_code,
            0);
  folder_.write("out/" + files("out").front(), "edited");
  const auto undone = run_tandem("sort undo " + log);
  EXPECT_EQ(undone.exit_code, 1);
  EXPECT_NE(undone.err.find("has changed since"), std::string::npos);
  EXPECT_EQ(files("out").size(), 1u);
}

TEST_F(SortVerb, TeachAndCalibrateAreUsedAndRefusedForOtherModels) {
  fs::create_directories(folder_.path("labelled/animals/dogs"));
  fs::create_directories(folder_.path("labelled/cats"));
  int i = 0;
  for (const auto& name : files("in"))
    fs::copy(folder_.path("in/" + name),
             folder_.path(i++ % 2 ? "labelled/cats/" : "labelled/animals/dogs/") + name);
  const std::string fit =
      " " + folder_.path("labelled") + " --into " + taxonomy_ + model_ + "--json";
  const auto taught = run_tandem("sort teach" + fit);
  ASSERT_EQ(taught.exit_code, 0) << taught.err;
  EXPECT_EQ(taught.lines().at(0)["examples"], 5);
  const auto fitted = run_tandem("sort calibrate" + fit + " --min-pictures 1");
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  EXPECT_EQ(fitted.lines().at(0)["categories"].size(), 2u);
  const auto used = run_tandem(run("--json"));
  EXPECT_EQ(used.exit_code, 0);
  EXPECT_NE(used.err.find("5 examples of"), std::string::npos);
  EXPECT_NE(used.err.find("thresholds of"), std::string::npos);
  EXPECT_EQ(run_tandem(run("--plain")).err.find("examples of"), std::string::npos);

  folder_.write(
      "pets.calibration.json",
      "{\"tandem_sort_calibration\":1,\"space\":\"other\",\"recipe\":\"\",\"taxonomy\":\"\","
      "\"examples\":\"\",\"groups\":[]}");
  const auto refused = run_tandem(run(""));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("was fitted to another model"), std::string::npos);
}

TEST_F(SortVerb, LintSaysWhatIsWrongAndStrictFails) {
  const auto bad = folder_.write("bad.toml", "category = [\"houses\", \"criminals\"]\n");
  const auto said = run_tandem("sort lint --words-only " + bad);
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_NE(said.out.find("bad.toml: line 1: \"criminal\""), std::string::npos);
  EXPECT_EQ(run_tandem("sort lint --words-only --strict " + bad).exit_code, 1);
  const auto lines = run_tandem("sort lint --json " + bad + model_).lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return line["rule"] == "demeaning"; }),
            1);
}

TEST_F(SortVerb, ATaxonomyThatIsWrongIsOneSentence) {
  const auto bad = folder_.write("bad.toml", "[[category]]\nnam = \"x\"\n");
  const auto outcome = run_tandem("sort lint --words-only " + bad);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("bad.toml: line 2: nam is no key here (did you mean name?)"),
            std::string::npos);
}

TEST_F(SortVerb, UnreadablePicturesAreNamedAndTheRestIsSorted) {
  folder_.write("in/broken.png", "no picture");
  const auto outcome = run_tandem(run("--json"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.lines().size(), 6u);
}

TEST_F(SortVerb, ALibraryIsSortedAsItsPicturesAre) {
  const std::string db = folder_.path("photos.db");
  const auto of_library = [&](const std::string& more) {
    return run_tandem("sort run --db " + db + " --into " + taxonomy_ + model_ + "--quiet " + more);
  };
  EXPECT_EQ(of_library("").exit_code, 1) << "there is no such library";
  EXPECT_FALSE(fs::exists(db));
  ASSERT_EQ(run_tandem("index " + folder_.path("in") + " --db " + db + model_).exit_code, 0);

  std::map<std::string, nlohmann::json> of_files;
  for (const auto& line : run_tandem(run("--json")).lines())
    of_files[fs::path(line["path"].get<std::string>()).filename()] = line["categories"][0];
  const auto sorted = of_library("--json");
  ASSERT_EQ(sorted.exit_code, 0) << sorted.err;
  ASSERT_EQ(sorted.lines().size(), of_files.size());
  for (const auto& line : sorted.lines()) {
    const auto& expected = of_files.at(fs::path(line["path"].get<std::string>()).filename());
    ASSERT_EQ(line["categories"].size(), 1u);
    EXPECT_EQ(line["categories"][0]["name"], expected["name"]);
    // The library keeps half precision: cosines within 2^-11, logits within exp(scale) <= 100 of
    // it.
    EXPECT_NEAR(line["categories"][0]["confidence"].get<double>(),
                expected["confidence"].get<double>(), 0.05);
  }

  fs::remove(folder_.path("in/" + files("in").front()));  // it went since it was indexed
  const auto copied = of_library("--json --apply copy --to " + folder_.path("out") + " --log " +
                                 folder_.path("log.jsonl"));
  EXPECT_EQ(copied.exit_code, 1);
  EXPECT_NE(copied.err.find("is no longer there"), std::string::npos) << copied.err;
  EXPECT_EQ(files("out").size(), of_files.size() - 1);
}

TEST_F(SortVerb, ALibraryOfAnotherModelIsRefused) {
  const std::string db = folder_.path("photos.db"), other = folder_.path("other");
  ASSERT_EQ(run_tandem("index " + folder_.path("in") + " --db " + db + model_).exit_code, 0);
  fs::copy(case_ + "/hf", other);
  const std::string weights = other + "/model.safetensors";
  fs::permissions(weights, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(weights, std::ios::binary | std::ios::in | std::ios::out)
      .seekp(-2, std::ios::end)
      .put('\x3c');
  const auto refused =
      run_tandem("sort run --db " + db + " --into " + taxonomy_ + " --quiet --model " + other);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("cannot be compared"), std::string::npos) << refused.err;
}

// What is printed must not land in the log, which gets the number of a closed stdout.
TEST_F(SortVerb, ARunWithoutStandardOutputCanBeTakenBack) {
  for (int i = 0; i < 60; ++i)  // more lines than stdout's buffer keeps back
    fs::copy(case_ + "/images/2_rgb_32x32.png", folder_.path("in/" + std::to_string(i) + ".png"));
  const auto before = files("in");
  const std::string log = folder_.path("log.jsonl");
  const auto outcome =
      run_tandem(run("--json --apply move --to " + folder_.path("out") + " --log " + log) + " >&-");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("standard output could not be written"), std::string::npos);
  EXPECT_LT(files("in").size(), before.size());
  const auto undone = run_tandem("sort undo " + log);
  EXPECT_EQ(undone.exit_code, 0) << undone.err;
  EXPECT_EQ(files("in"), before);
}

TEST_F(SortVerb, TheTaxonomyIsNeverWrittenOver) {
  const std::string words = tandem::read_file(taxonomy_);
  for (const std::string& arguments :
       {run("--csv " + taxonomy_), run("--report " + taxonomy_),
        "sort teach " + folder_.path("in") + " --into " + taxonomy_ + model_ + "--out " + taxonomy_,
        "sort calibrate " + folder_.path("in") + " --into " + taxonomy_ + model_ + "--out " +
            taxonomy_}) {
    const auto outcome = run_tandem(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments;
    EXPECT_NE(outcome.err.find("is the taxonomy itself"), std::string::npos) << outcome.err;
    EXPECT_EQ(tandem::read_file(taxonomy_), words);
  }
}

}  // namespace
