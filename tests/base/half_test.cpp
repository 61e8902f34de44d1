#include "base/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tandem {
namespace {

TEST(Half, EveryBinary16SurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = float_from_f16(static_cast<uint16_t>(bits));
    if (std::isnan(value)) continue;
    ASSERT_EQ(f16_from_float(value), bits) << value;
  }
}

TEST(Half, TiesGoToEven) {
  EXPECT_EQ(f16_from_float(1.0f + 0x1p-11f), 0x3c00);      // halfway between 1 and the next
  EXPECT_EQ(f16_from_float(1.0f + 3 * 0x1p-11f), 0x3c02);  // halfway, the upper one is even
  EXPECT_EQ(f16_from_float(65519.0f), 0x7bff);             // below half a step: the largest
  EXPECT_EQ(f16_from_float(65520.0f), 0x7c00);             // half a step: infinity
  EXPECT_EQ(f16_from_float(0x1p-25f), 0);                  // half the smallest: zero is even
  EXPECT_EQ(f16_from_float(3 * 0x1p-25f), 2);
  EXPECT_EQ(bf16_from_float(1.0f + 0x1p-8f), 0x3f80);
  EXPECT_EQ(bf16_from_float(1.0f + 3 * 0x1p-8f), 0x3f82);
}

TEST(Half, NotANumberStaysOne) {
  EXPECT_TRUE(std::isnan(float_from_f16(f16_from_float(NAN))));
  EXPECT_TRUE(std::isnan(float_from_bf16(bf16_from_float(NAN))));
}

}  // namespace
}  // namespace tandem
