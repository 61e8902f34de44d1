// Expected values were computed with Pillow 9.4.0's convert("RGB").
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "image/pictures.h"
#include "image/resize.h"

namespace tandem {
namespace {

using tandem_test::picture;
using tandem_test::wide_picture;
using Bytes = std::vector<uint8_t>;

TEST(ToRgb, GreysAreRepeated) {
  const Bytes expected = {0, 0, 0, 200, 200, 200};
  EXPECT_EQ(to_rgb(picture(Mode::l, 2, 1, {0, 200})).pixels, expected);
  EXPECT_EQ(to_rgb(picture(Mode::la, 2, 1, {0, 9, 200, 0})).pixels, expected);
}

TEST(ToRgb, BilevelIsWhiteWhereItIsNotZero) {
  EXPECT_EQ(to_rgb(picture(Mode::bilevel, 3, 1, {0, 255, 127})).pixels,
            (Bytes{0, 0, 0, 255, 255, 255, 255, 255, 255}));
}

TEST(ToRgb, PaletteEntriesThatAreMissingAreBlack) {
  Image image = picture(Mode::p, 3, 1, {1, 0, 200});
  image.palette = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(to_rgb(image).pixels, (Bytes{4, 5, 6, 1, 2, 3, 0, 0, 0}));
  image = picture(Mode::pa, 2, 1, {1, 0, 7, 255});
  image.palette = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(to_rgb(image).pixels, (Bytes{4, 5, 6, 0, 0, 0}));
}

TEST(ToRgb, AlphaIsDroppedNotBlended) {
  EXPECT_EQ(to_rgb(picture(Mode::rgba, 2, 1, {10, 20, 30, 0, 40, 50, 60, 128})).pixels,
            (Bytes{10, 20, 30, 40, 50, 60}));
}

TEST(ToRgb, CmykByTheProductOfInkAndBlack) {
  EXPECT_EQ(
      to_rgb(picture(Mode::cmyk, 3, 1, {10, 20, 30, 40, 255, 0, 128, 0, 0, 0, 0, 255})).pixels,
      (Bytes{207, 198, 190, 0, 255, 127, 0, 0, 0}));
}

TEST(ToRgb, YcbcrByPillowsTables) {
  EXPECT_EQ(to_rgb(picture(Mode::ycbcr, 3, 1, {100, 50, 200, 128, 56, 118, 128, 57, 39})).pixels,
            (Bytes{200, 75, 0, 114, 159, 0, 3, 216, 2}));
}

TEST(ToRgb, LabIsRoundedAsLittleCmsRoundsIt) {
  EXPECT_EQ(
      to_rgb(picture(Mode::lab, 4, 1, {255, 128, 128, 0, 128, 128, 128, 150, 90, 60, 20, 240}))
          .pixels,
      (Bytes{254, 255, 254, 1, 0, 1, 130, 108, 185, 0, 78, 0}));
}

TEST(ToRgb, WideGreysAreClippedNotScaled) {
  EXPECT_EQ(to_rgb(wide_picture<uint16_t>(Mode::i16, 4, 1, {0, 200, 256, 65535})).pixels,
            (Bytes{0, 0, 0, 200, 200, 200, 255, 255, 255, 255, 255, 255}));
  EXPECT_EQ(to_rgb(wide_picture<int32_t>(Mode::i, 4, 1, {-7, 255, 256, 70000})).pixels,
            (Bytes{0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255}));
  EXPECT_EQ(to_rgb(wide_picture<float>(Mode::f, 5, 1, {-1.0f, 0.9f, 254.99f, 300.0f, NAN})).pixels,
            (Bytes{0, 0, 0, 0, 0, 0, 254, 254, 254, 255, 255, 255, 0, 0, 0}));
}

}  // namespace
}  // namespace tandem
