#include "describe/picture_look.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace tandem {
namespace {

using Paint = std::function<std::array<int, 3>(int x, int y)>;

Image painted(int width, int height, const Paint& paint) {
  Image image{Mode::rgb, width, height, {}, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const int value : paint(x, y)) image.pixels.push_back(static_cast<uint8_t>(value));
  return image;
}

/// Rough noise of every scale, as photographs have: cells of 32, 16, 8, 4 and 2 pixels.
int noise(int x, int y) {
  int sum = 0;
  for (int size = 32, weight = 60; size >= 2; size /= 2, weight = weight * 3 / 4) {
    const unsigned cell = static_cast<unsigned>(x / size * 7919 + y / size * 104729 + size);
    sum += static_cast<int>((cell * 2654435761u >> 24) % 256) * weight / 256;
  }
  return std::min(255, sum);
}

Image scene() {
  return painted(112, 112, [](int x, int y) {
    return std::array{noise(x, y), noise(x + 999, y), noise(x, y + 999)};
  });
}

/// The mean of (2r+1)^2 neighbours.
Image blurred(const Image& image, int r) {
  return painted(image.width, image.height, [&](int x, int y) {
    std::array<int, 3> sum{};
    for (int dy = -r; dy <= r; ++dy)
      for (int dx = -r; dx <= r; ++dx)
        for (int c = 0; c < 3; ++c)
          sum[c] += image.pixels[(std::clamp(y + dy, 0, image.height - 1) * image.width +
                                  std::clamp(x + dx, 0, image.width - 1)) *
                                     3 +
                                 c];
    const int count = (2 * r + 1) * (2 * r + 1);
    return std::array{sum[0] / count, sum[1] / count, sum[2] / count};
  });
}

Image changed(const Image& image, double gain, int offset) {
  Image result = image;
  for (auto& value : result.pixels)
    value = static_cast<uint8_t>(std::clamp(std::lround(value * gain) + offset, 0l, 255l));
  return result;
}

bool warns(const Image& image, const std::string& warning) {
  const auto warnings = look_at(image).warnings;
  return std::find(warnings.begin(), warnings.end(), warning) != warnings.end();
}

TEST(PictureLook, AClearPictureGivesNoWarning) {
  EXPECT_EQ(look_at(scene()).warnings, std::vector<std::string>{});
}

TEST(PictureLook, SpoiltPicturesAreNamed) {
  EXPECT_TRUE(warns(changed(scene(), 0.2, 0), "dark"));
  EXPECT_TRUE(warns(changed(scene(), 0.2, 200), "bright"));
  EXPECT_TRUE(warns(changed(scene(), 0.1, 100), "low contrast"));
  EXPECT_TRUE(warns(blurred(scene(), 4), "blurred"));
  EXPECT_FALSE(warns(changed(scene(), 0.5, 60), "blurred"));  // low contrast is no blur
}

TEST(PictureLook, BlurDoesNotDependOnTheCamerasSize) {
  const Image small = blurred(scene(), 4);
  const Image large = painted(1120, 1120, [&](int x, int y) {
    const auto* pixel = &small.pixels[(y / 10 * 112 + x / 10) * 3];
    return std::array<int, 3>{pixel[0], pixel[1], pixel[2]};
  });
  EXPECT_NEAR(look_at(large).sharpness, look_at(small).sharpness, 1e-6);
}

TEST(PictureLook, LinesOnWhiteAreNotTooBright) {
  const Image drawing = painted(100, 100, [](int x, int y) {
    return x % 20 == 0 || y % 20 == 0 ? std::array{0, 0, 0} : std::array{255, 255, 255};
  });
  EXPECT_FALSE(warns(drawing, "bright"));
  EXPECT_FALSE(warns(drawing, "low contrast"));
}

TEST(PictureLook, SizesAreNamed) {
  const auto flat = [](int, int) { return std::array{9, 9, 9}; };
  EXPECT_TRUE(warns(painted(400, 47, flat), "very small"));
  EXPECT_TRUE(warns(painted(400, 199, flat), "elongated"));
  EXPECT_FALSE(warns(painted(400, 200, flat), "elongated"));
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 3000}, {2, 1}})
    EXPECT_TRUE(warns(painted(width, height, flat), "very small"));
}

TEST(PictureLook, WhatReachesOverAPlainEdgeIsPerhapsCropped) {
  const auto disc = [](int centre) {
    return painted(100, 100, [centre](int x, int y) {
      return std::hypot(x - centre, y - 50) < 30 ? std::array{200, 30, 30}
                                                 : std::array{240, 240, 240};
    });
  };
  EXPECT_FALSE(warns(disc(50), "perhaps cropped"));
  EXPECT_TRUE(warns(disc(10), "perhaps cropped"));
  EXPECT_FALSE(warns(scene(), "perhaps cropped"));  // no plain ground: nothing is claimed
}

TEST(PictureLook, ColoursAreThePixels) {
  const Image flag = painted(90, 60, [](int x, int) {
    return x < 45   ? std::array{200, 20, 30}
           : x < 80 ? std::array{30, 60, 200}
                    : std::array{250, 250, 250};
  });
  const auto colours = look_at(flag).colours;
  ASSERT_EQ(colours.size(), 2u);  // white is below an eighth
  EXPECT_EQ(colours[0].name, "red");
  EXPECT_NEAR(colours[0].share, 0.5, 1e-9);
  EXPECT_EQ(colours[1].name, "blue");
  const std::pair<std::array<int, 3>, const char*> named[] = {
      {{10, 10, 10}, "black"},    {{128, 128, 128}, "grey"},  {{245, 245, 245}, "white"},
      {{250, 140, 20}, "orange"}, {{240, 220, 40}, "yellow"}, {{40, 140, 50}, "green"},
      {{120, 40, 160}, "purple"}, {{250, 160, 180}, "pink"},  {{110, 70, 40}, "brown"}};
  for (const auto& [pixel, name] : named) {
    const std::array<int, 3> value = pixel;
    EXPECT_EQ(look_at(painted(20, 20, [&](int, int) { return value; })).colours[0].name, name);
  }
}

TEST(PictureLook, WhatIsTransparentCountsAsWhite) {
  Image image{Mode::rgba, 20, 20, std::vector<uint8_t>(20 * 20 * 4), {}};  // black, alpha 0
  EXPECT_EQ(look_at(image).colours[0].name, "white");
  EXPECT_FALSE(warns(image, "dark"));
}

}  // namespace
}  // namespace tandem
