#include "base/progress.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(Progress, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(progress_line(100, 400, "pictures", 2), "100 of 400 pictures, 50/s, 6 s left");
  EXPECT_EQ(progress_line(1, 1000, "pictures", 2), "1 of 1000 pictures, 0.5/s, 33 min left");
  EXPECT_EQ(progress_line(10, 100000, "texts", 1), "10 of 100000 texts, 10/s, 2.8 h left");
  EXPECT_EQ(progress_line(400, 400, "pictures", 2), "400 of 400 pictures, 200/s, 0 s left");
  EXPECT_EQ(progress_line(30, 0, "pictures looked at", 2), "30 pictures looked at, 15/s");
}

}  // namespace
}  // namespace tandem
