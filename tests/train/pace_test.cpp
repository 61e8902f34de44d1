#include "train/pace.h"

#include <gtest/gtest.h>

#include "train/small_run.h"

using namespace tandem;
using tandem_test::run_step;

namespace {

TEST(Pace, SaysWhereARunIsAndHowLongItTakes) {
  Pace pace;
  pace.add(run_step(1));
  EXPECT_EQ(pace.line(),
            "step 1 of 100, loss 1.9512, logit scale 14.10, lr 1.0e-03, 128 pairs/s, waiting 2.0%, "
            "50 s left");
  EXPECT_EQ(pace.done(), 0.01);
}

TEST(Pace, AveragesOverTheLastSteps) {
  Pace pace;
  StepRecord record = run_step(1);
  record.seconds = 10;  // the first one loads and allocates
  record.waited_seconds = 9;
  pace.add(record);
  record = run_step(2);
  record.seconds = 2;
  record.waited_seconds = 0;
  pace.add(record);
  EXPECT_DOUBLE_EQ(pace.seconds_left(), 98 * 6.0);
  EXPECT_DOUBLE_EQ(pace.waiting(), 4.5 / 6);
  for (int64_t step = 3; step <= 98; ++step) {
    record.step = step;
    pace.add(record);
  }
  EXPECT_NEAR(pace.seconds_left(), 2 * 2.0, 0.1) << "the slow first step is forgotten";
  EXPECT_LT(pace.waiting(), 0.01);
}

}  // namespace
