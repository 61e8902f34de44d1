// Crops, flips and colours as torchvision draws them.
#include "data/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/colour.h"
#include "data/crop_box.h"
#include "data/data_builder.h"

namespace tandem {
namespace {

using Pixels = std::vector<std::array<uint8_t, 3>>;

RgbImage row_of(const Pixels& pixels) {
  RgbImage image{static_cast<int>(pixels.size()), 1, {}};
  for (const auto& pixel : pixels)
    image.pixels.insert(image.pixels.end(), pixel.begin(), pixel.end());
  return image;
}

// What torchvision 0.29's transforms make of these on Pillow 13 (adjust_* of its functional part on
// PIL pictures).
TEST(Colour, EveryByteIsPillows) {
  const Pixels pixels = {{0, 0, 0},     {255, 255, 255}, {200, 30, 90}, {13, 77, 201},
                         {254, 255, 1}, {90, 91, 92},    {7, 250, 120}, {128, 0, 255}};
  const struct {
    void (*change)(RgbImage&, double);
    double factor;
    Pixels expected;
  } cases[] = {
      {adjust_brightness, 0.0, Pixels(8, {0, 0, 0})},
      {adjust_brightness,
       0.35,
       {{0, 0, 0},
        {89, 89, 89},
        {70, 10, 31},
        {4, 26, 70},
        {88, 89, 0},
        {31, 31, 32},
        {2, 87, 42},
        {44, 0, 89}}},
      {adjust_brightness,
       1.6,
       {{0, 0, 0},
        {255, 255, 255},
        {255, 48, 144},
        {20, 123, 255},
        {255, 255, 1},
        {144, 145, 147},
        {11, 255, 192},
        {204, 0, 255}}},
      {adjust_contrast, 0.0, Pixels(8, {120, 120, 120})},
      {adjust_contrast,
       0.35,
       {{78, 78, 78},
        {167, 167, 167},
        {148, 88, 109},
        {82, 104, 148},
        {166, 167, 78},
        {109, 109, 110},
        {80, 165, 120},
        {122, 78, 167}}},
      {adjust_contrast,
       1.6,
       {{0, 0, 0},
        {255, 255, 255},
        {248, 0, 72},
        {0, 51, 249},
        {255, 255, 0},
        {72, 73, 75},
        {0, 255, 120},
        {132, 0, 255}}},
      {adjust_saturation,
       0.0,
       {{0, 0, 0},
        {255, 255, 255},
        {88, 88, 88},
        {72, 72, 72},
        {226, 226, 226},
        {91, 91, 91},
        {163, 163, 163},
        {67, 67, 67}}},
      {adjust_saturation,
       0.35,
       {{0, 0, 0},
        {255, 255, 255},
        {127, 67, 88},
        {51, 73, 117},
        {235, 236, 147},
        {90, 91, 91},
        {108, 193, 147},
        {88, 43, 132}}},
      {adjust_saturation,
       1.6,
       {{0, 0, 0},
        {255, 255, 255},
        {255, 0, 91},
        {0, 80, 255},
        {255, 255, 0},
        {89, 91, 92},
        {0, 255, 94},
        {164, 0, 255}}},
      {adjust_hue,
       -0.5,
       {{0, 0, 0},
        {255, 255, 255},
        {31, 200, 142},
        {201, 137, 13},
        {7, 1, 255},
        {92, 91, 90},
        {250, 8, 133},
        {126, 255, 0}}},
      {adjust_hue,
       -0.07,
       {{0, 0, 0},
        {255, 255, 255},
        {200, 31, 158},
        {13, 155, 201},
        {255, 150, 1},
        {90, 92, 92},
        {8, 250, 19},
        {24, 0, 255}}},
      {adjust_hue,
       0.31,
       {{0, 0, 0},
        {255, 255, 255},
        {118, 200, 31},
        {201, 13, 106},
        {1, 255, 216},
        {92, 90, 91},
        {82, 8, 250},
        {255, 84, 0}}},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    RgbImage image = row_of(pixels);
    cases[i].change(image, cases[i].factor);
    EXPECT_EQ(image.pixels, row_of(cases[i].expected).pixels) << "case " << i;
  }
  RgbImage grey = row_of({{200, 30, 90}});
  make_grey(grey);
  EXPECT_EQ(grey.pixels, row_of({{88, 88, 88}}).pixels);
  RgbImage half = row_of({{1, 1, 1}, {0, 0, 0}});  // a mean of a half is rounded up
  adjust_contrast(half, 0);
  EXPECT_EQ(half.pixels, row_of({{1, 1, 1}, {1, 1, 1}}).pixels);
  RgbImage row = row_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  flip_horizontally(row);
  EXPECT_EQ(row.pixels, row_of({{7, 8, 9}, {4, 5, 6}, {1, 2, 3}}).pixels);
}

TEST(CropBox, StaysInsideWithAreaAndRatioAsAsked) {
  const Augmentation augmentation{.scale_min = 0.2, .scale_max = 0.6};
  RandomStream random(1);
  double share = 0;
  std::set<int> lefts;
  constexpr int kBoxes = 4000;
  for (int i = 0; i < kBoxes; ++i) {
    const CropBox box = random_crop_box(300, 200, augmentation, random);
    ASSERT_TRUE(box.left >= 0 && box.top >= 0 && box.left + box.width <= 300 &&
                box.top + box.height <= 200);
    // Sides are rounded to whole pixels, of which the smaller has 80 at least.
    const double ratio = static_cast<double>(box.width) / box.height;
    EXPECT_GT(ratio, 3.0 / 4 * 0.985);
    EXPECT_LT(ratio, 4.0 / 3 * 1.015);
    const double area = static_cast<double>(box.width) * box.height / (300 * 200);
    EXPECT_GT(area, 0.2 * 0.985);
    EXPECT_LT(area, 0.6 * 1.015);
    share += area / kBoxes;
    lefts.insert(box.left);
  }
  EXPECT_NEAR(share, 0.4, 0.01);  // uniform: deviation 0.115, of the mean 0.002
  EXPECT_GT(lefts.size(), 150u);
}

TEST(CropBox, PicturesTooLongForAnyCropGiveTheirCentre) {
  const Augmentation augmentation;  // 90 % of the area cannot have a ratio below 4/3
  RandomStream random(1);
  const struct {
    int width, height;
    CropBox expected;
  } cases[] = {{300, 50, {116, 0, 67, 50}},
               {50, 300, {0, 116, 50, 67}},
               {1, 1, {0, 0, 1, 1}},
               {1, 9, {0, 4, 1, 1}}};
  for (const auto& c : cases) {
    const CropBox box = random_crop_box(c.width, c.height, augmentation, random);
    EXPECT_EQ(box.left, c.expected.left);
    EXPECT_EQ(box.top, c.expected.top);
    EXPECT_EQ(box.width, c.expected.width);
    EXPECT_EQ(box.height, c.expected.height);
  }
}

Image picture() {
  const std::string png = tandem_test::small_png(40, 33, 21);
  return decode_image(std::as_bytes(std::span(png)), "x.png");
}

PreprocessConfig target(int width = 8, int height = 6) {
  PreprocessConfig config;
  config.width = width;
  config.height = height;
  return config;
}

TEST(Augment, ItIsACropResizedWithTheConfigsFilter) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    PreprocessConfig config = target();
    config.interpolation = seed % 2 ? Filter::bilinear : Filter::bicubic;
    const Augmentation augmentation{.scale_min = 0.3};
    RandomStream random(seed);
    const CropBox box = random_crop_box(33, 21, augmentation, random);
    const RgbImage expected = to_rgb(resize(
        crop(picture(), box.left, box.top, box.width, box.height), 8, 6, config.interpolation));
    EXPECT_EQ(augment(picture(), augmentation, config, seed, "x").pixels, expected.pixels);
  }
}

TEST(Augment, ProbabilitiesAreKeptAndDoNotDisturbEachOther) {
  const auto pixels = [](const Augmentation& augmentation, uint64_t seed) {
    return augment(picture(), augmentation, target(), seed, "x").pixels;
  };
  int flips = 0, greys = 0, jitters = 0;
  constexpr int kDraws = 400;
  for (uint64_t seed = 0; seed < kDraws; ++seed) {
    const auto plain = pixels({}, seed);
    EXPECT_EQ(pixels({}, seed), plain) << "a function of the seed";
    RgbImage mirrored{8, 6, plain};
    flip_horizontally(mirrored);
    const auto flipped = pixels({.flip = 0.25}, seed);
    EXPECT_TRUE(flipped == plain || flipped == mirrored.pixels);
    flips += flipped == mirrored.pixels;
    RgbImage grey{8, 6, plain};
    make_grey(grey);
    greys += pixels({.gray = 0.25}, seed) == grey.pixels;
    jitters += pixels({.brightness = 0.5, .color_jitter_probability = 0.25}, seed) != plain;
  }
  // Binomial with p = 1/4 of 400: deviation 8.7; four of them.
  for (const int count : {flips, greys, jitters}) EXPECT_NEAR(count, 100, 35);
}

TEST(Augment, LowResolutionIsMadeSmallAndLargeAgainBetweenTheGivenSides) {
  const PreprocessConfig config = target();  // 8 x 6
  std::set<int> heights;
  int untouched = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const RgbImage plain = augment(picture(), {.gray = 0.5}, config, seed, "x");
    const auto coarse =
        augment(picture(), {.gray = 0.5, .low_resolution = 0.5, .low_resolution_side = 3}, config,
                seed, "x");
    if (coarse.pixels == plain.pixels) {
      ++untouched;
      continue;
    }
    RandomStream random(seed);
    const CropBox box = random_crop_box(33, 21, {}, random);
    const Image cropped = resize(crop(picture(), box.left, box.top, box.width, box.height), 8, 6,
                                 config.interpolation);
    const bool grey = plain.pixels != to_rgb(cropped).pixels;
    for (int height = 3; height < 6; ++height) {
      const int width = static_cast<int>(std::lround(8 * height / 6.0));
      RgbImage expected = to_rgb(
          resize(resize(cropped, width, height, config.interpolation), 8, 6, config.interpolation));
      if (grey) make_grey(expected);
      if (coarse.pixels == expected.pixels) heights.insert(height);
    }
  }
  EXPECT_EQ(heights, (std::set<int>{3, 4, 5}));
  EXPECT_GT(untouched, 180);  // half of them, and those of full height
  EXPECT_LT(untouched, 290);
}

TEST(Augment, JitterDrawsAllFourInEveryOrder) {
  const Augmentation all{.brightness = 0.4, .contrast = 0.4, .saturation = 0.4, .hue = 0.1};
  std::set<std::vector<uint8_t>> seen;
  for (uint64_t seed = 0; seed < 50; ++seed)
    seen.insert(augment(picture(), all, target(), seed, "x").pixels);
  EXPECT_EQ(seen.size(), 50u);
}

TEST(Augment, FactorsAreNeverNegative) {
  // From 0 to 4, of which less than a 255th makes a picture with white in it black.
  int black = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto pixels = augment(picture(), {.brightness = 3}, target(), seed, "x").pixels;
    black += std::all_of(pixels.begin(), pixels.end(), [](uint8_t value) { return value == 0; });
  }
  EXPECT_LT(black, 8);
}

TEST(Augment, SenselessNumbersAreRefused) {
  const Augmentation cases[] = {{.scale_min = 0},     {.scale_min = 0.9, .scale_max = 0.5},
                                {.scale_max = 1.1},   {.ratio_min = 0},
                                {.hue = 0.6},         {.flip = 1.5},
                                {.brightness = -0.1}, {.gray = std::nan("")}};
  for (const Augmentation& augmentation : cases) {
    const std::string said =
        tandem_test::refusal([&] { augment(picture(), augmentation, target(), 1, "cat.jpg"); });
    EXPECT_NE(said.find("cat.jpg: cannot be augmented by scale"), std::string::npos) << said;
  }
}

TEST(Augment, ItsDescriptionNamesEveryNumber) {
  const std::string plain = describe(Augmentation{});
  double Augmentation::*const fields[] = {
      &Augmentation::scale_min, &Augmentation::scale_max,
      &Augmentation::ratio_min, &Augmentation::ratio_max,
      &Augmentation::flip,      &Augmentation::brightness,
      &Augmentation::contrast,  &Augmentation::saturation,
      &Augmentation::hue,       &Augmentation::color_jitter_probability,
      &Augmentation::gray};
  for (const auto field : fields) {
    Augmentation changed;
    changed.*field = 0.123;
    EXPECT_NE(describe(changed), plain);
  }
}

}  // namespace
}  // namespace tandem
