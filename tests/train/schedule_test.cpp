// The learning rate over a run, as open_clip's schedulers give it.
#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tandem {
namespace {

TEST(Schedule, WarmsUpFromOnePartToTheWhole) {
  for (const auto kind : {ScheduleKind::cosine, ScheduleKind::constant, ScheduleKind::cooldown}) {
    const ScheduleSection schedule{.kind = kind, .warmup = 4, .cooldown = 2};
    for (int64_t step = 0; step < 4; ++step)
      EXPECT_DOUBLE_EQ(schedule_factor(schedule, 20, step), (step + 1) / 4.0);
    EXPECT_DOUBLE_EQ(schedule_factor(schedule, 20, 4), 1);
  }
}

TEST(Schedule, CosineFallsTowardsZero) {
  const ScheduleSection schedule{.kind = ScheduleKind::cosine, .warmup = 2};
  EXPECT_DOUBLE_EQ(schedule_factor(schedule, 10, 6), 0.5);
  EXPECT_NEAR(schedule_factor(schedule, 10, 9), 0.5 * (1 + std::cos(M_PI * 7 / 8)), 1e-15);
  EXPECT_NEAR(schedule_factor(schedule, 10, 10), 0, 1e-15);
}

TEST(Schedule, CooldownIsConstantAndThenOneMinusTheRoot) {
  const ScheduleSection schedule{.kind = ScheduleKind::cooldown, .warmup = 0, .cooldown = 4};
  EXPECT_DOUBLE_EQ(schedule_factor(schedule, 10, 5), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(schedule, 10, 6), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(schedule, 10, 7), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor(schedule, 10, 9), 1 - std::sqrt(0.75));
}

TEST(Schedule, ConstantStays) {
  EXPECT_DOUBLE_EQ(schedule_factor({.kind = ScheduleKind::constant}, 10, 9), 1);
}

}  // namespace
}  // namespace tandem
