// Expected values were computed with Pillow 9.4.0.
#include "image/resize.h"

#include <gtest/gtest.h>

#include "image/pictures.h"
#include "image/resample.h"
#include "image/resample_taps.h"
#include "image/resize_window.h"
#include "tandem/error.h"

namespace tandem {
namespace {

using tandem_test::kByteModes;
using tandem_test::noise_picture;
using tandem_test::picture;
using tandem_test::samples_of;
using tandem_test::wide_picture;
using Bytes = std::vector<uint8_t>;

constexpr Filter kFilters[] = {Filter::nearest, Filter::box,     Filter::bilinear,
                               Filter::hamming, Filter::bicubic, Filter::lanczos};

struct GreyCase {
  Filter filter;
  Bytes to_3, to_9;
};

TEST(Resize, GreyByEveryFilter) {
  const Image grey = picture(Mode::l, 5, 1, {10, 200, 30, 255, 0});
  const GreyCase cases[] = {
      {Filter::nearest, {10, 30, 0}, {10, 10, 200, 200, 30, 255, 255, 0, 0}},
      {Filter::box, {105, 30, 128}, {10, 10, 200, 200, 30, 255, 255, 0, 0}},
      {Filter::bilinear, {91, 118, 109}, {10, 73, 179, 124, 30, 155, 227, 85, 0}},
      {Filter::hamming, {82, 87, 96}, {10, 42, 197, 137, 30, 171, 252, 43, 0}},
      {Filter::bicubic, {87, 129, 108}, {0, 68, 193, 127, 30, 166, 245, 78, 0}},
      {Filter::lanczos, {81, 143, 105}, {0, 76, 194, 123, 30, 171, 245, 87, 0}},
  };
  for (const GreyCase& expected : cases) {
    EXPECT_EQ(resize(grey, 3, 1, expected.filter).pixels, expected.to_3)
        << static_cast<int>(expected.filter);
    EXPECT_EQ(resize(grey, 9, 1, expected.filter).pixels, expected.to_9)
        << static_cast<int>(expected.filter);
  }
}

TEST(Resize, BothAxesOfRgb) {
  const Image rgb = picture(
      Mode::rgb, 3, 2, {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 100, 50, 255, 255, 255});
  EXPECT_EQ(
      resize(rgb, 2, 3, Filter::bicubic).pixels,
      (Bytes{172, 103, 0, 0, 92, 165, 120, 71, 15, 122, 152, 175, 68, 38, 31, 255, 211, 185}));
}

TEST(Resize, AlphaIsPremultipliedExceptByNearest) {
  const Image rgba = picture(Mode::rgba, 3, 1, {255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 128});
  EXPECT_EQ(resize(rgba, 2, 1, Filter::bicubic).pixels, (Bytes{255, 0, 0, 161, 0, 0, 255, 73}));
  EXPECT_EQ(resize(rgba, 2, 1, Filter::nearest).pixels, (Bytes{255, 0, 0, 255, 0, 0, 255, 128}));
  const Image la = picture(Mode::la, 3, 1, {200, 255, 100, 0, 50, 64});
  EXPECT_EQ(resize(la, 2, 1, Filter::bilinear).pixels, (Bytes{200, 159, 51, 40}));
}

TEST(Resize, IntegersAndFloatsKeepTheirRange) {
  const Image i = wide_picture<int32_t>(Mode::i, 3, 1, {70000, -5, 3});
  EXPECT_EQ(samples_of<int32_t>(resize(i, 2, 1, Filter::bicubic)),
            (std::vector<int32_t>{45504, -2809}));
  EXPECT_EQ(samples_of<int32_t>(resize(i, 5, 1, Filter::bicubic)),
            (std::vector<int32_t>{75283, 45446, -5, -3134, 4}));
  const Image f = wide_picture<float>(Mode::f, 3, 1, {1.0f, -5.0f, 3.5f});
  EXPECT_EQ(samples_of<float>(resize(f, 2, 1, Filter::bicubic)),
            (std::vector<float>{-0x1.70cbd0p+0f, 0x1.23bfe6p-2f}));
}

TEST(Resize, HammingsConstantsAreFloats) {
  const Image i =
      wide_picture<int32_t>(Mode::i, 4, 1, {752959791, 294122983, 23915408, -494379268});
  // Doubles would give ...701, ...622 and ...365.
  EXPECT_EQ(samples_of<int32_t>(resize(i, 7, 1, Filter::hamming)),
            (std::vector<int32_t>{752959791, 659523700, 297368237, 159019196, 20249621, -388835363,
                                  -494379268}));
}

TEST(Taps, FixedPointRoundsHalfAwayFromZero) {
  const Taps<int32_t> taps = to_fixed_point(compute_taps(5, 3, Filter::bicubic, 0, 1));
  ASSERT_EQ(taps.count[0], 4);
  EXPECT_EQ(taps.first[0], 0);
  // In units of 2^-22: 2452054.65, 1871304.86, 0, -129055.51
  EXPECT_EQ(std::vector<int32_t>(taps.weights.begin(), taps.weights.begin() + 4),
            (std::vector<int32_t>{2452055, 1871305, 0, -129056}));
}

TEST(Taps, WeightsThatPillowHasNoMemoryForAreRefused) {
  EXPECT_THROW(compute_taps(200'000'000, 224, Filter::bicubic, 0, 1), Error);
}

TEST(Resize, BilevelAndPaletteTakeTheNearestWhateverIsAsked) {
  EXPECT_EQ(resize(picture(Mode::p, 3, 1, {1, 2, 3}), 5, 1, Filter::bicubic).pixels,
            (Bytes{1, 1, 2, 3, 3}));
  EXPECT_EQ(resize(picture(Mode::bilevel, 3, 1, {0, 255, 0}), 5, 1, Filter::lanczos).pixels,
            (Bytes{0, 0, 255, 0, 0}));
}

TEST(Resize, NearestAddsTheScaleUpSoThatTiesFallAsPillowsDo) {
  Bytes ramp(172);
  for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<uint8_t>(i);
  const Bytes wide = resize(picture(Mode::l, 172, 1, ramp), 258, 1, Filter::nearest).pixels;
  // Exact arithmetic would give 3, 11 and 41.
  EXPECT_EQ(wide[4], 2);
  EXPECT_EQ(wide[16], 10);
  EXPECT_EQ(wide[61], 40);
}

TEST(Resize, SixteenBitGreyIsRefusedByAllFiltersButNearest) {
  const Image grey = wide_picture<uint16_t>(Mode::i16, 3, 1, {700, 5, 3});
  EXPECT_EQ(samples_of<uint16_t>(resize(grey, 5, 1, Filter::nearest)),
            (std::vector<uint16_t>{700, 700, 5, 3, 3}));
  EXPECT_EQ(resize(grey, 3, 1, Filter::bicubic).pixels, grey.pixels);
  try {
    resize(grey, 5, 1, Filter::bicubic);
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

TEST(Resize, TheSameSizeIsTheSamePicture) {
  for (const Mode mode : kByteModes) {
    const Image image = noise_picture(mode, 7, 5, 1);
    for (const Filter filter : kFilters) {
      EXPECT_EQ(resize(image, 7, 5, filter).pixels, image.pixels) << name_of(mode);
    }
  }
}

TEST(Resize, AConstantPictureStaysConstant) {
  for (const Filter filter : kFilters) {
    for (const int width : {1, 4, 33, 130}) {
      const Image image =
          resize(picture(Mode::rgb, 31, 9, Bytes(31 * 9 * 3, 77)), width, 12, filter);
      EXPECT_EQ(image.pixels, Bytes(width * 12 * 3, 77)) << width;
    }
  }
}

TEST(Resize, APaletteOfModePaIsLostBySmoothFilters) {
  Image image = picture(Mode::pa, 2, 1, {1, 255, 1, 255});
  image.palette = {{0, 0, 0}, {9, 8, 7}};
  EXPECT_EQ(to_rgb(resize(image, 4, 1, Filter::nearest)).pixels[0], 9);
  EXPECT_EQ(to_rgb(resize(image, 4, 1, Filter::bicubic)).pixels[0], 1);
}

TEST(Resize, ImpossibleSizesAreRefused) {
  const Image image = noise_picture(Mode::rgb, 4, 4, 1);
  EXPECT_THROW(resize(image, 0, 4, Filter::bicubic), Error);
  EXPECT_THROW(resize(image, 4, -1, Filter::nearest), Error);
  EXPECT_THROW(resize(image, 1 << 20, 1 << 20, Filter::nearest), Error);
  EXPECT_THROW(resize(Image{}, 4, 4, Filter::bicubic), Error);
}

struct Shape2 {
  int from_width, from_height, to_width, to_height;
};

TEST(Resize, EveryInstructionSetGivesTheSameBytes) {
  const Shape2 shapes[] = {{1, 1, 1, 9},     {2, 3, 5, 1},       {7, 5, 33, 34},
                           {64, 33, 10, 70}, {250, 41, 17, 9},   {333, 9, 41, 9},
                           {21, 300, 21, 7}, {129, 65, 224, 224}};
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!isa_available(isa)) continue;
    unsigned seed = 0;
    for (const Shape2& s : shapes) {
      for (int channels = 1; channels <= 4; ++channels) {
        const Bytes pixels =
            tandem_test::noise(size_t(channels) * s.from_width * s.from_height, ++seed);
        const Samples<uint8_t> source{pixels.data(), s.from_width, s.from_height, channels};
        const Window window{0, 0, s.to_width, s.to_height};
        const bool premultiply = channels % 2 == 0;
        for (const Filter filter :
             {Filter::box, Filter::bilinear, Filter::bicubic, Filter::lanczos}) {
          EXPECT_EQ(
              resample_bytes(source, s.to_width, s.to_height, filter, window, premultiply, isa),
              resample_bytes(source, s.to_width, s.to_height, filter, window, premultiply,
                             Isa::scalar))
              << name_of(isa) << " " << channels << " channels, " << s.from_width << "x"
              << s.from_height << " to " << s.to_width << "x" << s.to_height;
        }
      }
    }
  }
}

TEST(ResizeWindow, IsTheCropOfTheWhole) {
  for (const Mode mode : {Mode::l, Mode::la, Mode::p, Mode::rgb, Mode::rgba, Mode::i}) {
    Image image = noise_picture(mode, 41, 30, 3);
    if (mode == Mode::i)
      image = wide_picture<int32_t>(mode, 41, 30, std::vector<int32_t>(41 * 30, 9));
    for (const Filter filter : kFilters) {
      for (const auto& [width, height] : {std::pair{60, 20}, std::pair{41, 17}, std::pair{9, 30}}) {
        const Window window{3, 5, 5, 11};
        EXPECT_EQ(resize_window(image, width, height, filter, window).pixels,
                  crop(resize(image, width, height, filter), 3, 5, 5, 11).pixels)
            << name_of(mode) << " " << width << "x" << height;
      }
    }
  }
}

TEST(Crop, WhatIsOutsideIsZero) {
  const Image image = picture(Mode::l, 2, 2, {1, 2, 3, 4});
  EXPECT_EQ(crop(image, -1, -1, 3, 2).pixels, (Bytes{0, 0, 0, 0, 1, 2}));
  EXPECT_EQ(crop(image, -1, 0, 3, 2).pixels, (Bytes{0, 1, 2, 0, 3, 4}));
  EXPECT_EQ(crop(image, 1, 1, 2, 2).pixels, (Bytes{4, 0, 0, 0}));
  EXPECT_EQ(crop(image, 5, 0, 2, 1).pixels, (Bytes{0, 0}));
  EXPECT_EQ(crop(image, 0, 1, 2, 1).pixels, (Bytes{3, 4}));
  EXPECT_TRUE(crop(image, 0, 0, 0, 3).pixels.empty());
}

TEST(Crop, KeepsModeAndPalette) {
  Image image = picture(Mode::p, 1, 1, {1});
  image.palette = {{5, 5, 5}, {6, 7, 8}};
  const Image cropped = crop(image, 0, 0, 2, 1);
  EXPECT_EQ(to_rgb(cropped).pixels, (Bytes{6, 7, 8, 5, 5, 5}));
}

TEST(Crop, AbsurdSizesAreRefused) {
  EXPECT_THROW(crop(Image{}, 0, 0, 1 << 30, 1 << 30), Error);
  EXPECT_THROW(crop(Image{}, 0, 0, -1, 1), Error);
}

}  // namespace
}  // namespace tandem
