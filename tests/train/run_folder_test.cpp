#include "train/run_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/scratch_folder.h"
#include "checkpoint/model_copy.h"
#include "train/small_run.h"

using namespace tandem;
using namespace tandem_test;

namespace {

namespace fs = std::filesystem;

TensorStore state_of(float value) {
  TensorStore state;
  const std::vector<float> values(1000, value);
  state.add("m.text_projection", {1000}, values);
  return state;
}

void save(RunFolder& run, int64_t step, int keep = 2) {
  const auto value = static_cast<float>(step);
  run.save(step, run_checkpoint(value), state_of(value), R"({"cursor": 12})", keep);
}

std::vector<int64_t> steps_of(const std::string& run) {
  std::vector<int64_t> steps;
  for (const auto& checkpoint : run_checkpoints(run)) steps.push_back(checkpoint.step);
  return steps;
}

// The model opens, and model and state are of one step.
void expect_whole(const RunCheckpoint& checkpoint) {
  const auto value = static_cast<float>(checkpoint.step);
  expect_same_weights(open_checkpoint(checkpoint.folder), run_checkpoint(value));
  const TrainingState state = read_training_state(checkpoint.folder);
  EXPECT_EQ(to_float(*state.tensors.find("m.text_projection")), std::vector<float>(1000, value));
  const Json facts = parse_json(state.facts, "facts");
  EXPECT_EQ(facts.at("step"), checkpoint.step);
  EXPECT_EQ(facts.at("cursor"), 12);
}

class RunFolderTest : public ::testing::Test {
 protected:
  RunFolder create() { return RunFolder::create(run_config(path_), R"({"device": "cpu"})"); }

  const ScratchFolder scratch_;
  const std::string path_ = scratch_.path("run");
};

TEST_F(RunFolderTest, HoldsTheConfigurationAndTheFacts) {
  create();
  const RunConfig config = read_run_config(path_ + "/run.toml", {});
  EXPECT_EQ(config.schedule.steps, 100);
  EXPECT_TRUE(fs::path(config.data.train[0].path).is_absolute())
      << "run.toml is read from anywhere";
  EXPECT_EQ(config.model.architecture, "ViT-B/32");
  const Json facts = read_json(path_ + "/run.json");
  EXPECT_EQ(facts.at("device"), "cpu");
  EXPECT_TRUE(facts.contains("tandem") && facts.contains("began"));
}

TEST_F(RunFolderTest, AFolderThatHoldsARunIsRefused) {
  create();
  const std::string sentence = refusal([&] { create(); });
  EXPECT_NE(sentence.find("a run stands there already; go on with --resume latest"),
            std::string::npos)
      << sentence;
}

TEST_F(RunFolderTest, TheLogReadsAsItWasWritten) {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  {
    RunFolder run = create();
    StepRecord record = run_step(1);
    record.grad_norm = nothing;
    run.log_step(record);
    run.log_remark(1, "caf\xC3\xA9 \xFF\n");
    run.log_metrics(1, {{"validation/loss", 2.5}, {"zeroshot/x/top1", nothing}});
  }
  const std::string text = read_file(path_ + "/log.jsonl");
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (c >= ' ' && c <= '~');
  })) << text;
  EXPECT_NE(text.find("\"grad_norm\":null"), std::string::npos) << text;
  const RunLog log = read_run_log(path_);
  EXPECT_EQ(log.name, "run");
  ASSERT_EQ(log.steps.size(), 1u);
  EXPECT_EQ(log.steps[0].loss, run_step(1).loss);
  EXPECT_EQ(log.steps[0].pairs_per_second, 128);
  EXPECT_TRUE(std::isnan(log.steps[0].grad_norm));
  ASSERT_EQ(log.metrics.size(), 1u);
  EXPECT_EQ(log.metrics[0].second[0], (std::pair<std::string, double>("validation/loss", 2.5)));
  EXPECT_TRUE(std::isnan(log.metrics[0].second[1].second));
  ASSERT_EQ(log.remarks.size(), 1u);
  EXPECT_EQ(log.remarks[0].second, "caf\xC3\xA9 \xEF\xBF\xBD\n");
}

TEST_F(RunFolderTest, AHalfWrittenLastLineIsPassedOver) {
  create().log_step(run_step(1));
  std::ofstream(path_ + "/log.jsonl", std::ios::app) << R"({"step":2,"lo)";
  EXPECT_EQ(read_run_log(path_).steps.size(), 1u);
  std::ofstream(path_ + "/log.jsonl", std::ios::app) << "\n";
  EXPECT_NE(refusal([&] { read_run_log(path_); }).find("run/log.jsonl: line 2: is no JSON"),
            std::string::npos);
}

TEST_F(RunFolderTest, KeepsTheNewestCheckpoints) {
  RunFolder run = create();
  for (const int64_t step : {10, 20, 30, 40}) save(run, step, /*keep=*/2);
  EXPECT_EQ(steps_of(path_), (std::vector<int64_t>{30, 40}));
  for (const auto& checkpoint : run_checkpoints(path_)) expect_whole(checkpoint);
  EXPECT_EQ(find_run_checkpoint(path_, "latest").step, 40);
  EXPECT_EQ(find_run_checkpoint(path_, path_ + "/checkpoints/step-00000030").step, 30);
  EXPECT_EQ(find_run_checkpoint(path_, "step-00000030").step, 30);
  EXPECT_EQ(std::distance(fs::directory_iterator(path_ + "/checkpoints"), {}), 2);
}

TEST_F(RunFolderTest, SavingAStepTwiceKeepsIt) {
  RunFolder run = create();
  save(run, 10);
  save(run, 10);
  expect_whole(find_run_checkpoint(path_, "latest"));
}

TEST_F(RunFolderTest, AModelThatOpenClipCannotSayIsWrittenForHuggingFace) {
  RunFolder run = create();
  Checkpoint model = run_checkpoint(1);
  model.layout = Layout::hugging_face;
  run.save(1, model, state_of(1), "{}", 5);
  EXPECT_TRUE(fs::exists(path_ + "/checkpoints/step-00000001/config.json"));
  model.layout = Layout::open_clip;  // which has one activation for both towers
  model.config.text->transformer.activation = Activation::gelu;
  run.save(2, model, state_of(1), "{}", 5);
  EXPECT_TRUE(fs::exists(path_ + "/checkpoints/step-00000002/config.json"));
}

TEST_F(RunFolderTest, GoingOnDropsWhatCameAfterTheStep) {
  {
    RunFolder run = create();
    for (int64_t step = 1; step <= 40; ++step) {
      run.log_step(run_step(step));
      if (step % 10 == 0) {
        run.log_metrics(step, {{"validation/loss", 1}});
        save(run, step, /*keep=*/9);
      }
    }
  }
  std::ofstream(path_ + "/log.jsonl", std::ios::app) << R"({"step":41,"lo)";
  fs::create_directories(path_ + "/checkpoints/.making-step-00000050.abcdef/x");
  fs::create_directories(path_ + "/checkpoints/.removing-step-00000001");
  {
    RunFolder run = RunFolder::resume(path_, 20);
    run.log_step(run_step(21));
  }
  const RunLog log = read_run_log(path_);
  ASSERT_EQ(log.steps.size(), 21u);
  EXPECT_EQ(log.steps.back().step, 21);
  EXPECT_EQ(log.metrics.size(), 2u);
  EXPECT_EQ(steps_of(path_), (std::vector<int64_t>{10, 20}))
      << "later checkpoints are not the latest any more";
  expect_whole({path_ + "/checkpoints/set-aside-step-00000040", 40});
  for (const auto& entry : fs::directory_iterator(path_ + "/checkpoints"))
    EXPECT_NE(entry.path().filename().string()[0], '.') << entry.path();
}

TEST_F(RunFolderTest, WhatIsNoCheckpointIsRefused) {
  create();
  EXPECT_NE(refusal([&] { find_run_checkpoint(path_, "latest"); }).find("no whole checkpoint"),
            std::string::npos);
  fs::create_directories(path_ + "/checkpoints/step-00000001");
  EXPECT_EQ(steps_of(path_), std::vector<int64_t>{}) << "it holds no training.json";
  EXPECT_NE(refusal([&] { find_run_checkpoint(path_, "elsewhere"); }).find("is no checkpoint"),
            std::string::npos);
  EXPECT_NE(refusal([&] { read_training_state(path_); }).find("model.start instead"),
            std::string::npos);
  EXPECT_NE(refusal([&] { RunFolder::resume(scratch_.path("none"), 1); }).find("no run.json"),
            std::string::npos);
}

// In a process of its own, since nothing takes the request back.
TEST_F(RunFolderTest, ASaveThatASignalAskedForIsWhole) {
  const pid_t child = fork();
  if (child == 0) {
    RunFolder run = create();
    run.log_step(run_step(1));
    request_interrupt();
    try {
      save(run, 1);
      run.finish();
    } catch (...) {
      std::_Exit(1);
    }
    std::_Exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  expect_whole(find_run_checkpoint(path_, "latest"));
  EXPECT_TRUE(fs::exists(path_ + "/report.html"));
}

// Saves as fast as it can until it is killed.
[[noreturn]] void save_for_ever(const std::string& path, int64_t step) {
  try {
    RunFolder run =
        step == 0 ? RunFolder::create(run_config(path), "{}") : RunFolder::resume(path, step);
    for (++step;; ++step) {
      run.log_step(run_step(step));
      save(run, step);
    }
  } catch (...) {
    std::_Exit(1);
  }
}

TEST_F(RunFolderTest, AKilledSaveLeavesAWholeLatestCheckpoint) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  {
    RunFolder run = RunFolder::create(run_config(scratch_.path("measured")), "{}");
    save(run, 1);
  }
  const auto one_save = std::chrono::duration<double>(Clock::now() - begin);
  std::mt19937 random(3);
  std::uniform_real_distribution<double> saves(0, 4);
  int64_t step = 0;
  for (int round = 0; round < 25; ++round) {
    const pid_t child = fork();
    if (child == 0) save_for_ever(path_, step);
    while (run_checkpoints(path_).empty() && waitpid(child, nullptr, WNOHANG) == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(saves(random) * one_save);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed on its own";
    for (const auto& checkpoint : run_checkpoints(path_)) expect_whole(checkpoint);
    const RunCheckpoint latest = find_run_checkpoint(path_, "latest");
    ASSERT_GE(latest.step, step);
    ASSERT_GE(read_run_log(path_).steps.back().step, latest.step)
        << "the log leads to the checkpoint";
    step = latest.step;
  }
  EXPECT_GT(step, 10) << "most kills came before a save had ended";
}

}  // namespace
