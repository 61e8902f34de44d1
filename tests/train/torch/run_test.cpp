// Whole runs of `tandem train` on shapes that a tiny model learns: what they leave behind, and that
// nothing which may happen to a run changes what it computes.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "train/torch/small_run.h"

namespace tandem_test {
namespace {

#define NEEDS_TORCH()                                                        \
  if (!std::filesystem::exists(TANDEM_BINARY_DIR "/lib/libtandem-torch.so")) \
  GTEST_SKIP() << "libtandem-torch.so is not built"

/// A training process that can be killed.
pid_t start(const std::string& command) {
  const std::string line =
      "exec " + std::string(TANDEM_BINARY_DIR) + "/bin/tandem " + command + " >/dev/null 2>&1";
  const char* const arguments[] = {"sh", "-c", line.c_str(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(
      posix_spawn(&child, "/bin/sh", nullptr, nullptr, const_cast<char**>(arguments), environ), 0);
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void expect_near(const std::vector<double>& one, const std::vector<double>& other,
                 double tolerance) {
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i)
    EXPECT_NEAR(one[i], other[i], tolerance) << "step " << i + 1;
}

TEST(Run, LearnsShapesThatItHasNotSeen) {
  NEEDS_TORCH();
  const SmallRun run;
  const auto trained =
      run.train("out", "--schedule.steps 150 --save.every 0 --compute.batch_size 48");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto answer =
      run_tandem("eval zeroshot " + run.path("held_out.tar") + " --json --templates none --model " +
                 run.path("out/checkpoints/step-00000150"));
  ASSERT_EQ(answer.exit_code, 0) << answer.err;
  // 12 labels: chance is 0.08.
  EXPECT_GT(answer.lines().at(0).at("top1").get<double>(), 0.6);
}

TEST(Run, LogsEveryStepAndKeepsTheNewestCheckpoints) {
  NEEDS_TORCH();
  const SmallRun run;
  ASSERT_EQ(run.train("out", "--save.keep 2").exit_code, 0);
  const auto steps = run.steps("out");
  ASSERT_EQ(steps.size(), 12u);
  EXPECT_NEAR(steps[0].at("loss").get<double>(), std::log(24.0), 1);
  EXPECT_DOUBLE_EQ(steps[1].at("lr").get<double>(), 2e-3 * 2 / 4);
  EXPECT_TRUE(std::filesystem::exists(run.path("out/report.html")));
  EXPECT_FALSE(std::filesystem::exists(run.path("out/checkpoints/step-00000004")));
  EXPECT_TRUE(std::filesystem::exists(run.path("out/checkpoints/step-00000008")));
  const auto inspected = run_tandem("inspect --json " + run.path("out/checkpoints/step-00000012"));
  EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
}

TEST(Run, RefusesToWriteOverARun) {
  NEEDS_TORCH();
  const SmallRun run;
  ASSERT_EQ(run.train("out", "--schedule.steps 1 --schedule.warmup 0").exit_code, 0);
  const auto again = run.train("out", "--schedule.steps 1 --schedule.warmup 0");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("--resume"), std::string::npos) << again.err;
}

TEST(Run, KilledAtAnyMomentGoesOnToTheBit) {
  NEEDS_TORCH();
  const SmallRun run;
  const std::string flags =
      "--save.every 3 --schedule.steps 40 --optimizer.ema 0.9 "
      "--compute.patch_dropout 0.25 --save.keep 50 ";
  ASSERT_EQ(run.train("whole", flags).exit_code, 0);
  std::mt19937 random(11);
  int code = -1, kills = 0;
  for (int life = 0; code != 0 && life < 60; ++life) {
    const bool begun = std::filesystem::exists(run.path("broken/log.jsonl"));
    const pid_t child = start(run.command("broken", flags + (begun ? "--resume latest" : "")));
    // Long enough to come further in some lives, short enough to be hit anywhere.
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 900));
    kill(child, SIGKILL);
    code = wait_for(child);
    kills += code != 0;
    if (code != 0 && life > 12)
      code = wait_for(start(run.command("broken", flags + "--resume latest")));
  }
  ASSERT_EQ(code, 0);
  ASSERT_GT(kills, 0);
  EXPECT_EQ(run.losses("broken"), run.losses("whole"));
  EXPECT_EQ(run.weights("broken", 40), run.weights("whole", 40));
  EXPECT_FALSE(run.weights("whole", 40).empty());
}

TEST(Run, AskedToEndItSavesFirst) {
  NEEDS_TORCH();
  const SmallRun run;
  const std::string flags = "--schedule.steps 100000 --save.every 0";
  const pid_t child = start(run.command("out", flags));
  while (run.steps("out").size() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kill(child, SIGTERM);
  EXPECT_EQ(wait_for(child), 130);
  const size_t done = run.steps("out").size();
  EXPECT_FALSE(run.weights("out", static_cast<int>(done)).empty());
}

TEST(Run, PortionsGiveWhatTheWholeBatchGives) {
  NEEDS_TORCH();
  const SmallRun run;
  ASSERT_EQ(run.train("whole").exit_code, 0);
  const auto portions = run.train("portions", "--compute.micro_batch 7");
  ASSERT_EQ(portions.exit_code, 0) << portions.err;
  expect_near(run.losses("portions"), run.losses("whole"), 1e-5);
}

TEST(Run, TwoProcessesGiveWhatOneGives) {
  NEEDS_TORCH();
  const SmallRun run;
  for (const std::string loss : {"infonce", "sigmoid"}) {
    const std::string flags = "--loss.kind " + loss;
    ASSERT_EQ(run.train("one_" + loss, flags).exit_code, 0);
    const auto two = run.train("two_" + loss, flags + " --nproc 2");
    ASSERT_EQ(two.exit_code, 0) << two.err;
    expect_near(run.losses("two_" + loss), run.losses("one_" + loss), 1e-5);
  }
}

TEST(Run, GoesOnWithAnotherNumberOfProcesses) {
  NEEDS_TORCH();
  const SmallRun run;
  ASSERT_EQ(run.train("one").exit_code, 0);
  ASSERT_EQ(run.train("both", "--nproc 2 --save.every 4 --save.keep 9").exit_code, 0);
  // As if the run had ended after step 8.
  std::filesystem::remove_all(run.path("both/checkpoints/step-00000012"));
  const auto resumed = run.train("both", "--resume latest");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  expect_near(run.losses("both"), run.losses("one"), 1e-5);
}

TEST(Run, LearnsFromATeachersStoredEmbeddings) {
  NEEDS_TORCH();
  const SmallRun run;
  ASSERT_EQ(run.train("teacher", "--schedule.steps 60").exit_code, 0);
  const auto taught = run_tandem("train teach --config " + run.path("run.toml") + " --model " +
                                 run.path("teacher/checkpoints/step-00000060") +
                                 " --views 2 --quiet --out " + run.path("taught"));
  ASSERT_EQ(taught.exit_code, 0) << taught.err;
  const auto trained =
      run.train("student", "--seed 9 --schedule.steps 60 --loss.teacher_weight 1 --loss.teacher " +
                               run.path("taught"));
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto losses = run.losses("student");
  EXPECT_LT(losses.back(), 0.5 * losses.front());  // of the teacher's answers, not of the pairs
}

TEST(Run, EndsWithASentenceWhereNumbersOverflow) {
  NEEDS_TORCH();
  const SmallRun run;
  const auto outcome = run.train("out", "--optimizer.lr 1e6 --schedule.warmup 0 --save.every 1");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("optimizer.lr"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("shape"), std::string::npos) << outcome.err;  // the samples are named
}

TEST(Run, NamesAndSkipsBadSamples) {
  NEEDS_TORCH();
  const SmallRun run;
  std::ofstream tar(run.path("shapes.tar"), std::ios::binary | std::ios::in | std::ios::out);
  tar.seekp(512);  // into the first picture
  tar << "no picture";
  tar.close();
  const auto outcome =
      run_tandem("train --config " + run.path("run.toml") + " --out " + run.path("out"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("shape0"), std::string::npos) << outcome.err;
  EXPECT_GE(run.steps("out").back().at("bad_samples").get<int>(), 1);
}

}  // namespace
}  // namespace tandem_test
