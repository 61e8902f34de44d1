#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "checkpoint/model_copy.h"
#include "train/run_folder.h"
#include "train/small_run.h"

using namespace tandem;
using namespace tandem_test;

namespace {

const char* const kFacts =
    R"({"command": "tandem train --config /elsewhere/ann/run.toml --out '/a b/c'",
  "architecture": "ViT-B/32", "parameters": 1234567, "processes": 2,
  "data": [{"path": "/elsewhere/ann/shards/train-{0000..0007}.tar", "samples": 20000, "weight": 2.5,
            "fingerprint": "abc123"}],
  "validation": [{"path": "val|1.tar", "samples": 500, "weight": 1, "fingerprint": "def"}]})";

class ModelCardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RunFolder run = RunFolder::create(run_config(path_), kFacts);
    for (int64_t step = 1; step <= 20; ++step) {
      StepRecord record = run_step(step);
      record.seconds = 360;
      run.log_step(record);
      if (step % 10 != 0) continue;
      const auto value = static_cast<double>(step);
      run.log_metrics(step, {{"validation/loss", value}, {"zeroshot/x/top1", value / 100}});
      run.save(step, run_checkpoint(static_cast<float>(step)), {}, "{}", 5);
    }
  }

  const ScratchFolder scratch_;
  const std::string path_ = scratch_.path("ann/run");
};

TEST_F(ModelCardTest, TellsDataStepsMetricsAndCost) {
  const std::string card = model_card(path_, 20, Layout::open_clip);
  for (const char* part : {
           "---\nlibrary_name: open_clip\npipeline_tag: zero-shot-image-classification\n",
           "# run\n",
           "Architecture ViT-B/32, trained from scratch, 1,234,567 parameters",
           "| shards/train-{0000..0007}.tar | 20,000 | 2.5 | `abc123` |",
           "| val\\|1.tar | 500 | 1 | `def` |",
           "| steps | 20 |",
           "| pairs seen | 5,120 |",
           "| time | 2 hours of steps |",
           "| device | cpu, f32, processes: 2 |",
           "| validation/loss | 20 | 20 |",
           "| zeroshot/x/top1 | 0.2 | 20 |",
           "## Limits",
           "tandem train --config ann/run.toml",
           "batch_size = 256",
       })
    EXPECT_NE(card.find(part), std::string::npos) << part << "\n" << card;
  EXPECT_EQ(card.find("No evaluation"), std::string::npos);
}

TEST_F(ModelCardTest, IsOfItsStep) {
  const std::string card = model_card(path_, 10, Layout::hugging_face);
  EXPECT_NE(card.find("library_name: transformers"), std::string::npos);
  EXPECT_NE(card.find("| validation/loss | 10 | 10 |"), std::string::npos) << card;
  EXPECT_NE(card.find("| time | 1 hours of steps |"), std::string::npos);
}

TEST_F(ModelCardTest, DoesNotSayOnWhoseMachineTheDataWere) {
  const std::string card = model_card(path_, 20, Layout::open_clip);
  for (const std::string& place :
       {std::string("/elsewhere/ann"), scratch_.path(""), std::string("/a b")})
    EXPECT_EQ(card.find(place), std::string::npos) << place;
}

TEST_F(ModelCardTest, SaysWhatWasNotMeasured) {
  const std::string other = scratch_.path("other");
  RunFolder run = RunFolder::create(run_config(other), "{}");
  run.log_step(run_step(1));
  run.log_metrics(1, {{"validation/loss", 1}});
  const std::string card = model_card(other, 1, Layout::open_clip);
  EXPECT_NE(card.find("No evaluation but the loss was run"), std::string::npos);
  EXPECT_NE(card.find("/pairs.tar\n"), std::string::npos)
      << "without facts the configuration names the data";
}

TEST_F(ModelCardTest, AnExportedModelHasItsCardAndOpens) {
  const std::string newest = scratch_.path("newest"), named = scratch_.path("named");
  EXPECT_EQ(export_run(path_, newest, Layout::hugging_face, DType::f16).step, 20);
  EXPECT_EQ(export_run(path_ + "/checkpoints/step-00000010/", named, Layout::open_clip, {}).step,
            10);
  EXPECT_EQ(open_checkpoint(newest).weights_dtype, "F16");
  expect_same_weights(open_checkpoint(named), run_checkpoint(10));
  EXPECT_EQ(read_file(newest + "/README.md"), model_card(path_, 20, Layout::hugging_face));
  EXPECT_EQ(read_file(named + "/README.md"), model_card(path_, 10, Layout::open_clip));
  EXPECT_FALSE(std::filesystem::exists(named + "/training.json"));
}

TEST_F(ModelCardTest, WhatIsNoRunIsNotExported) {
  const std::string sentence =
      refusal([&] { export_run(scratch_.path(""), scratch_.path("x"), Layout::open_clip, {}); });
  EXPECT_NE(sentence.find("is neither a run's folder"), std::string::npos) << sentence;
  EXPECT_FALSE(std::filesystem::exists(scratch_.path("x")));
}

}  // namespace
