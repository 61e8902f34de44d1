// The contract of `tandem eval` and `tandem tokenizer`: JSON keys, exit codes, sentences.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/scratch_folder.h"
#include "cli/program.h"
#include "golden_folder.h"

namespace {

using nlohmann::json;
using tandem_test::run_tandem;
using tandem_test::ScratchFolder;
namespace fs = std::filesystem;

class EvalVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    golden_ = tandem_test::golden_case("zero_shot/one_template");
    if (golden_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    int i = 0;
    for (const auto& entry : fs::directory_iterator(golden_ + "/images")) {
      const std::string folder = scratch_.path(i % 2 ? "data/cat" : "data/dog");
      const std::string stem = folder + "/" + std::to_string(i++);
      fs::create_directories(folder);
      fs::copy_file(entry.path(), stem + ".png");
      std::ofstream(stem + ".txt") << "thing number " << i;
    }
    pictures_ = i;
    arguments_ = scratch_.path("data") + " --model " + golden_ + "/hf --quiet ";
  }

  ScratchFolder scratch_;
  std::string golden_, arguments_;
  int pictures_ = 0;
};

TEST_F(EvalVerb, ZeroShotPrintsTheContractsKeys) {
  const auto outcome = run_tandem("eval zeroshot " + arguments_ + "--json --per-class");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(outcome.lines().size(), 1u);
  const json line = outcome.lines()[0];
  EXPECT_EQ(line["n"], pictures_);
  EXPECT_EQ(line["classes"], 2);
  EXPECT_EQ(line["top5"], 1.0);
  EXPECT_LE(line["top1_low"], line["top1"]);
  EXPECT_GE(line["top1_high"], line["top1"]);
  EXPECT_TRUE(line["mean_per_class"].is_number());
  EXPECT_TRUE(line["dataset"].get<std::string>().ends_with("data"));
  EXPECT_EQ(line["per_class"][1]["label"], "dog");
}

TEST_F(EvalVerb, RetrievalPrintsTheContractsKeys) {
  const auto outcome = run_tandem("eval retrieval " + arguments_ + "--json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const json line = outcome.lines().at(0);
  EXPECT_EQ(line["images"], pictures_);
  EXPECT_EQ(line["texts"], pictures_);
  for (const char* side : {"text_to_image", "image_to_text"})
    for (const char* key : {"r1", "r5", "r10", "median_rank", "r1_low", "r10_high"})
      EXPECT_TRUE(line[side][key].is_number()) << side << " " << key;
}

TEST_F(EvalVerb, ABadPictureIsNamedAndTheRestIsMeasured) {
  scratch_.write("data/cat/broken.png", "no picture");
  const auto outcome = run_tandem("eval zeroshot " + arguments_ + "--json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("broken.png"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.lines().at(0)["n"], pictures_);
  EXPECT_EQ(outcome.lines().at(0)["bad"], 1);
}

TEST_F(EvalVerb, DataThatCannotBeMeasuredAreNamedAndTheOthersAreDone) {
  const auto outcome = run_tandem("eval zeroshot nowhere.tar " + arguments_ + "--json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("nowhere.tar"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.lines().size(), 1u);
}

TEST(EvalUsage, AVerbIsNeeded) {
  EXPECT_EQ(run_tandem("eval").exit_code, 2);
  EXPECT_EQ(run_tandem("eval zeroshot").exit_code, 2);
  EXPECT_EQ(run_tandem("tokenizer").exit_code, 2);
  EXPECT_EQ(run_tandem("tokenizer train --size 513 a.txt --out b").exit_code, 2);
}

TEST(TokenizerVerb, WritesWhatTokenizeReads) {
  const ScratchFolder scratch;
  const auto captions = scratch.write("captions.txt", "the cat\nthe hat\nthe cat in the hat\n");
  const auto learned = run_tandem("tokenizer train --size 519 " + captions + " --out " +
                                  scratch.path("out") + " --json");
  EXPECT_EQ(learned.exit_code, 0) << learned.err;
  EXPECT_EQ(learned.lines().at(0)["size"], 519);
  EXPECT_EQ(learned.lines().at(0)["merges"], 5);
  const auto tokens =
      run_tandem("tokenize --text \"The cat\" --json --tokenizer " + scratch.path("out"));
  EXPECT_EQ(tokens.lines().at(0)["tokens"], (json{"the</w>", "cat</w>"}));
}

TEST(TokenizerVerb, ACorpusThatIsTooSmallSaysHowFarItWent) {
  const ScratchFolder scratch;
  const auto outcome = run_tandem("tokenizer train --size 9000 - --json --out " +
                                  scratch.path("out") + " < " + scratch.write("in", "cat cat\n"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.err.find("2 merges"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.lines().at(0)["size"], 516);
}

}  // namespace
