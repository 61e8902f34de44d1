// Pillow's libImaging (Convert.c, Blend.c) and ImageEnhance.py define every rounding here.
#include "data/colour.h"

#include <algorithm>
#include <array>

namespace tandem {
namespace {

using Pixel = std::array<uint8_t, 3>;

template <class Change>
void change_pixels(RgbImage& image, Change change) {
  for (size_t at = 0; at + 2 < image.pixels.size(); at += 3) {
    uint8_t* p = image.pixels.data() + at;
    const Pixel changed = change(Pixel{p[0], p[1], p[2]});
    std::copy_n(changed.data(), 3, p);
  }
}

// ITU-R 601-2 luma in 16-bit fixed point.
uint8_t luma(const Pixel& p) {
  return static_cast<uint8_t>((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16);
}

uint8_t clip(int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

// Image.blend: from `base` (factor 0) over `value` (factor 1) on, in single precision, cut off. The
// factor fits_int, so that what is outside 0 to 255 is clipped as an integer, without a branch.
uint8_t blend(uint8_t base, uint8_t value, float factor) {
  const float mixed =
      static_cast<float>(base) + factor * (static_cast<float>(value) - static_cast<float>(base));
  return clip(static_cast<int>(mixed));
}

// A step of 1 already leaves 0 to 255 with a factor of 256.
float fits_int(double factor) { return static_cast<float>(std::min(factor, 1e6)); }

Pixel blend(const Pixel& base, const Pixel& value, float factor) {
  return {blend(base[0], value[0], factor), blend(base[1], value[1], factor),
          blend(base[2], value[2], factor)};
}

/// Every channel blended over one shade.
void blend_over(RgbImage& image, uint8_t shade, double factor) {
  std::array<uint8_t, 256> table;
  for (size_t value = 0; value < table.size(); ++value)
    table[value] = blend(shade, static_cast<uint8_t>(value), fits_int(factor));
  for (uint8_t& value : image.pixels) value = table[value];
}

// Hue, saturation and value, each from 0 to 255.
Pixel to_hsv(const Pixel& p) {
  const int most = std::max({p[0], p[1], p[2]}), least = std::min({p[0], p[1], p[2]});
  if (most == least) return {0, 0, static_cast<uint8_t>(most)};
  const float range = static_cast<float>(most - least);
  // The hue lies between the two larger channels' third of the circle and its neighbours.
  const bool red = p[0] == most, green = !red && p[1] == most;
  const int ahead = most - (red ? p[2] : green ? p[0] : p[1]);
  const int behind = most - (red ? p[1] : green ? p[2] : p[0]);
  const double third = red ? 0.0 : green ? 2.0 : 4.0;
  float hue = static_cast<float>(third + static_cast<float>(ahead) / range -
                                 static_cast<float>(behind) / range);
  const double turns = hue / 6.0 + 1.0;  // from 5/6 to 11/6: fmod by 1 is at most one difference
  hue = static_cast<float>(turns >= 1.0 ? turns - 1.0 : turns);
  const float saturation = range / static_cast<float>(most);
  return {clip(static_cast<int>(hue * 255.0)), clip(static_cast<int>(saturation * 255.0)),
          static_cast<uint8_t>(most)};
}

/// Which sixth of the circle a hue lies in, and where in it.
struct Sixth {
  int sector;
  float part;
};
constexpr std::array<Sixth, 256> sixths() {
  std::array<Sixth, 256> table = {};
  for (size_t hue = 0; hue < table.size(); ++hue) {
    const double at = static_cast<float>(hue) * 6.0 / 255.0;
    const int sector = static_cast<int>(at);
    table[hue] = {sector % 6, static_cast<float>(at - sector)};
  }
  return table;
}

Pixel from_hsv(const Pixel& hsv) {
  static constexpr std::array<Sixth, 256> kSixths = sixths();
  const uint8_t value = hsv[2];
  if (hsv[1] == 0) return {value, value, value};
  const auto [sector, part] = kSixths[hsv[0]];
  const float saturation = static_cast<float>(static_cast<float>(hsv[1]) / 255.0);
  const auto shade = [&](double taken) {
    // round(), for these products (all were compared).
    return clip(static_cast<int>(static_cast<float>(value) * (1.0 - taken) + 0.5));
  };
  // Which shade each channel has in each sixth.
  enum Shade { kValue, kLow, kFalling, kRising };
  static constexpr uint8_t kShades[6][3] = {{kValue, kRising, kLow}, {kFalling, kValue, kLow},
                                            {kLow, kValue, kRising}, {kLow, kFalling, kValue},
                                            {kRising, kLow, kValue}, {kValue, kLow, kFalling}};
  const uint8_t shades[4] = {value, shade(saturation), shade(saturation * part),
                             shade(saturation * (1.0 - part))};
  const uint8_t* of = kShades[sector];
  return {shades[of[0]], shades[of[1]], shades[of[2]]};
}

}  // namespace

void adjust_brightness(RgbImage& image, double factor) { blend_over(image, 0, factor); }

void adjust_contrast(RgbImage& image, double factor) {
  uint64_t sum = 0;
  for (size_t at = 0; at + 2 < image.pixels.size(); at += 3)
    sum += luma({image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]});
  const auto pixels = static_cast<double>(image.pixels.size() / 3);
  const auto mean = static_cast<uint8_t>(static_cast<double>(sum) / pixels + 0.5);
  blend_over(image, mean, factor);
}

void adjust_saturation(RgbImage& image, double factor) {
  const float single = fits_int(factor);
  change_pixels(image, [&](const Pixel& p) {
    const uint8_t grey = luma(p);
    return blend({grey, grey, grey}, p, single);
  });
}

void adjust_hue(RgbImage& image, double factor) {
  // An integer modulo 256, as an array of bytes adds.
  const int turn = static_cast<int>(factor * 255);
  change_pixels(image, [&](const Pixel& p) {
    Pixel hsv = to_hsv(p);
    hsv[0] = static_cast<uint8_t>(hsv[0] + turn);
    return from_hsv(hsv);
  });
}

void make_grey(RgbImage& image) {
  change_pixels(image, [](const Pixel& p) {
    const uint8_t grey = luma(p);
    return Pixel{grey, grey, grey};
  });
}

void flip_horizontally(RgbImage& image) {
  const size_t row = size_t{3} * static_cast<size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    uint8_t* left = image.pixels.data() + row * static_cast<size_t>(y);
    uint8_t* right = left + row - 3;
    for (; left < right; left += 3, right -= 3) std::swap_ranges(left, left + 3, right);
  }
}

}  // namespace tandem
