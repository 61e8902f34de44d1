#include <algorithm>
#include <array>
#include <cstdlib>

#include "describe/picture_look.h"

namespace tandem {
namespace {

constexpr int kNear = 24;            // grey levels of a channel
constexpr double kPlain = 0.6;       // of the border's pixels are the ground
constexpr double kCutLength = 0.08;  // of a side, in one run, are something else
constexpr int kLeastSide = 16;

using Pixel = std::array<uint8_t, 3>;

Pixel pixel_at(const RgbImage& picture, int x, int y) {
  const auto* pixel = &picture.pixels[(size_t(y) * picture.width + x) * 3];
  return {pixel[0], pixel[1], pixel[2]};
}

/// The pixels of the four sides, each from its beginning to its end.
std::array<std::vector<Pixel>, 4> sides_of(const RgbImage& picture) {
  std::array<std::vector<Pixel>, 4> sides;
  for (int x = 0; x < picture.width; ++x) {
    sides[0].push_back(pixel_at(picture, x, 0));
    sides[1].push_back(pixel_at(picture, x, picture.height - 1));
  }
  for (int y = 0; y < picture.height; ++y) {
    sides[2].push_back(pixel_at(picture, 0, y));
    sides[3].push_back(pixel_at(picture, picture.width - 1, y));
  }
  return sides;
}

/// The median of each channel.
Pixel ground_of(const std::array<std::vector<Pixel>, 4>& sides) {
  Pixel ground{};
  for (size_t channel = 0; channel < 3; ++channel) {
    std::vector<uint8_t> values;
    for (const auto& side : sides)
      for (const auto& pixel : side) values.push_back(pixel[channel]);
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    ground[channel] = values[values.size() / 2];
  }
  return ground;
}

bool is_near(const Pixel& a, const Pixel& b) {
  for (size_t i = 0; i < 3; ++i)
    if (std::abs(int(a[i]) - int(b[i])) > kNear) return false;
  return true;
}

}  // namespace

bool reaches_over_an_edge(const RgbImage& picture) {
  if (std::min(picture.width, picture.height) < kLeastSide) return false;
  const auto sides = sides_of(picture);
  const Pixel ground = ground_of(sides);
  size_t plain = 0, all = 0;
  bool cut = false;
  for (const auto& side : sides) {
    size_t run = 0;
    for (const auto& pixel : side) {
      const bool is_ground = is_near(pixel, ground);
      plain += is_ground;
      run = is_ground ? 0 : run + 1;
      cut = cut || static_cast<double>(run) >= kCutLength * static_cast<double>(side.size());
    }
    all += side.size();
  }
  return cut && static_cast<double>(plain) >= kPlain * static_cast<double>(all);
}

}  // namespace tandem
