// tandem train, train report and export, as far as they go without libtorch.

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "cli/program.h"
#include "train/small_run.h"

namespace {

using tandem_test::run_tandem;
namespace fs = std::filesystem;

class TrainVerb : public ::testing::Test {
 protected:
  std::string make_run(const std::string& name) const {
    const std::string path = scratch_.path(name);
    tandem::RunFolder run = tandem::RunFolder::create(tandem_test::run_config(path), "{}");
    for (int64_t step = 1; step <= 30; ++step) run.log_step(tandem_test::run_step(step));
    run.save(30, tandem_test::run_checkpoint(1), {}, "{}", 2);
    return path;
  }

  const tandem_test::ScratchFolder scratch_;
};

// One sentence on stderr, none on stdout.
void expect_refused(const std::string& arguments, const std::string& part) {
  const auto outcome = run_tandem(arguments);
  EXPECT_EQ(outcome.exit_code, 1) << arguments;
  EXPECT_EQ(outcome.out, "") << arguments;
  EXPECT_TRUE(outcome.err.starts_with("tandem: ")) << outcome.err;
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << arguments << "\n" << outcome.err;
}

TEST_F(TrainVerb, TheHelpListsEveryKeyWithItsDefault) {
  const auto help = run_tandem("train --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const auto& key : tandem::config_keys())
    EXPECT_NE(help.out.find("--" + key.name), std::string::npos) << key.name;
  EXPECT_NE(help.out.find("--optimizer.lr=0.0005"), std::string::npos);
}

TEST_F(TrainVerb, WrongUsageIsTwo) {
  for (const char* arguments :
       {"train", "train report", "train --nproc 0 --out x", "export a", "export a b",
        "export a b --layout openai", "export a b --layout hf --dtype int8",
        "train --optimizer.momentum 1"})
    EXPECT_EQ(run_tandem(arguments).exit_code, 2) << arguments;
}

TEST_F(TrainVerb, MistakesAreSaidBeforeAnythingBegins) {
  const std::string file = scratch_.write("run.toml", "out = 'runs/a'\n[optimizer]\nrl = 1\n");
  expect_refused("train --config " + file, "run.toml: line 3: optimizer.rl is no key");
  expect_refused("train --out " + scratch_.path("run") + " --optimizer.lr fast",
                 "--optimizer.lr: \"fast\" stands where a number");
  const std::string whole =
      "train --out " + scratch_.path("run") + " --model.architecture ViT-B/32 --model.tokenizer t ";
  expect_refused(whole + "--schedule.steps 3", "data.train: is missing");
  expect_refused(whole + "--schedule.steps 3 --data.train x.tar --decay-rule older --nproc 2",
                 "published or newer");
  expect_refused("train --resume latest --out " + scratch_.path("none"), "no run stands there");
  EXPECT_FALSE(fs::exists(scratch_.path("run")));
}

TEST_F(TrainVerb, AReportOfRunsIsOnePage) {
  const std::string first = make_run("first"), second = make_run("second");
  const auto one = run_tandem("train report " + first);
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.out, first + "/report.html\n");
  EXPECT_NE(tandem::read_file(first + "/report.html").find("<title>first</title>"),
            std::string::npos);
  const auto both = run_tandem("train report " + first + " " + second + " --json --out " +
                               scratch_.path("both.html"));
  ASSERT_EQ(both.lines().size(), 1u) << both.err;
  EXPECT_EQ(both.lines()[0].at("runs"), 2);
  EXPECT_NE(tandem::read_file(scratch_.path("both.html")).find("<title>first, second</title>"),
            std::string::npos);
  EXPECT_TRUE(run_tandem("train report --out - " + first).out.starts_with("<!doctype html>"));
  expect_refused("train report " + scratch_.path(""), "holds no log.jsonl");
}

TEST_F(TrainVerb, ExportWritesTheNewestCheckpoint) {
  const std::string run = make_run("run"), out = scratch_.path("out");
  const auto outcome = run_tandem("export " + run + " " + out + " --layout open_clip --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(outcome.lines().size(), 1u);
  EXPECT_EQ(outcome.lines()[0].at("step"), 30);
  EXPECT_EQ(outcome.lines()[0].at("out"), out);
  EXPECT_TRUE(fs::exists(out + "/README.md") && fs::exists(out + "/open_clip_config.json"));
  expect_refused("export " + run + " " + out + " --layout hf", "is no empty folder");
}

}  // namespace
