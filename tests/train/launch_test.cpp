#include "train/launch.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/files.h"
#include "base/scratch_folder.h"

using namespace tandem;
using tandem_test::ScratchFolder;

namespace {

namespace fs = std::filesystem;

/// A shell in the program's place: each process runs the script.
Launch shell(const std::string& script, int processes) {
  return {.arguments = {"sh", "-c", script},
          .program = "/bin/sh",
          .processes = processes,
          .threads = 3,
          .grace_s = 5};
}

double seconds_of(const std::function<void()>& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void wait_for(const std::string& path) {
  while (!fs::exists(path)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST(Launch, EveryProcessKnowsItsPlace) {
  const ScratchFolder folder;
  const auto outcome = launch(
      shell("echo $RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR $TANDEM_THREADS $OMP_NUM_THREADS > " +
                folder.path("$RANK") + "; echo $MASTER_PORT > " + folder.path("port$RANK"),
            3));
  EXPECT_FALSE(outcome.failed || outcome.interrupted);
  for (const char* rank : {"0", "1", "2"})
    EXPECT_EQ(read_file(folder.path(rank)), std::string(rank) + " " + rank + " 3 127.0.0.1 3 3\n");
  EXPECT_EQ(read_file(folder.path("port0")), read_file(folder.path("port2")));
  EXPECT_GT(std::stoi(read_file(folder.path("port0"))), 0);
}

TEST(Launch, TheFirstThatFailsIsNamedAndTheOthersAreEnded) {
  LaunchOutcome outcome;
  const double seconds = seconds_of([&] {
    outcome = launch(shell(
        "[ $RANK = 1 ] || exec sleep 60; echo warming up >&2; echo 'tandem: no tar' >&2; exit 1",
        3));
  });
  EXPECT_TRUE(outcome.failed);
  ASSERT_EQ(outcome.sentences.size(), 1u);
  EXPECT_EQ(outcome.sentences[0], "process 1 of 3: no tar");
  EXPECT_LT(seconds, 4) << "SIGTERM ends them before the grace is over";
}

TEST(Launch, AKilledProcessIsNamedWithItsSignal) {
  const auto outcome = launch(shell("[ $RANK = 0 ] && exec sleep 60; kill -9 $$", 2));
  ASSERT_EQ(outcome.sentences.size(), 1u);
  EXPECT_EQ(outcome.sentences[0],
            "process 1 of 2 was ended by signal 9 (Killed); go on with --resume latest");
}

TEST(Launch, OneThatDoesNotListenIsEndedAfterTheGrace) {
  Launch deaf = shell("[ $RANK = 1 ] && exit 7; trap '' TERM; while :; do sleep 0.1; done", 2);
  deaf.grace_s = 0.3;
  LaunchOutcome outcome;
  EXPECT_LT(seconds_of([&] { outcome = launch(deaf); }), 10);
  ASSERT_EQ(outcome.sentences.size(), 1u);
  EXPECT_EQ(outcome.sentences[0], "process 1 of 2 ended with code 7; go on with --resume latest");
}

TEST(Launch, ProcessZeroSpeaksForItself) {
  const auto outcome = launch(shell("[ $RANK = 1 ] && exec sleep 60; exit 1", 2));
  EXPECT_TRUE(outcome.failed);
  EXPECT_TRUE(outcome.sentences.empty()) << "it has the terminal";
}

// A child process launches, so that signals do not reach the tests.
TEST(Launch, SignalsAreHandedOn) {
  const ScratchFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const auto outcome =
        launch(shell("trap 'echo saved > " + folder.path("end$RANK") + "; exit 130' TERM; : > " +
                         folder.path("begun$RANK") + "; while :; do sleep 0.02; done",
                     2));
    std::_Exit(outcome.interrupted && !outcome.failed ? 42 : 1);
  }
  wait_for(folder.path("begun0"));
  wait_for(folder.path("begun1"));
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  EXPECT_TRUE(fs::exists(folder.path("end0")) && fs::exists(folder.path("end1")));
}

TEST(Launch, ProcessesEndWithTheLauncher) {
  const ScratchFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    launch(shell("echo $$ > " + folder.path("new$RANK") + "; mv " + folder.path("new$RANK") + " " +
                     folder.path("id$RANK") + "; exec sleep 60",
                 2));
    std::_Exit(0);
  }
  wait_for(folder.path("id0"));
  wait_for(folder.path("id1"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (const char* name : {"id0", "id1"}) {
    const pid_t id = std::stoi(read_file(folder.path(name)));
    const auto gone = [&] {  // dead, though perhaps not yet collected
      std::error_code error;
      if (!fs::exists("/proc/" + std::to_string(id), error)) return true;
      const std::string stat = read_file("/proc/" + std::to_string(id) + "/stat");
      return stat.find(") Z") != std::string::npos;
    };
    for (int i = 0; i < 400 && !gone(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(gone()) << id;
  }
}

TEST(Launch, WhatCannotBeStartedIsSaid) {
  Launch none = shell("true", 2);
  none.program = "/nowhere/tandem";
  EXPECT_TRUE(launch(none).failed);
  none.processes = 0;
  EXPECT_NE(tandem_test::refusal([&] { launch(none); }).find("choose 1 to 1024"),
            std::string::npos);
}

}  // namespace
