// Pillow's convert("RGB") from every mode (libImaging/Convert.c, ConvertYCbCr.c).
#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "image/lab.h"
#include "image/resize.h"

namespace tandem {
namespace {

using Pixel = std::array<uint8_t, 3>;

Pixel grey(uint8_t value) { return {value, value, value}; }

uint8_t clip(int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

// Calls to_pixel(source bytes) for each pixel of `bytes` bytes.
template <class ToPixel>
RgbImage map_pixels(const Image& image, ToPixel to_pixel) {
  const size_t bytes = bytes_per_pixel(image.mode);
  RgbImage result{image.width, image.height, {}};
  result.pixels.resize(size_t{3} * image.width * image.height);
  const uint8_t* from = image.pixels.data();
  for (size_t at = 0; at < result.pixels.size(); at += 3, from += bytes) {
    const Pixel pixel = to_pixel(from);
    std::copy_n(pixel.data(), 3, result.pixels.data() + at);
  }
  return result;
}

template <class Sample>
Sample sample(const uint8_t* from) {
  Sample value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Outside 0..255 is clipped, never scaled; fractions are cut off, NaN is 0.
template <class Sample>
Pixel clip_wide(const uint8_t* from) {
  const Sample value = sample<Sample>(from);
  if (value >= Sample{255}) return grey(255);
  return grey(value > Sample{0} ? static_cast<uint8_t>(value) : 0);
}

RgbImage from_palette(const Image& image) {
  std::array<Pixel, 256> palette = {};
  std::copy_n(image.palette.begin(), std::min(image.palette.size(), palette.size()),
              palette.begin());
  return map_pixels(image, [&](const uint8_t* p) { return palette[p[0]]; });
}

Pixel from_cmyk(const uint8_t* p) {
  const int light = 255 - p[3];
  const auto channel = [&](int ink) {
    const int t = ink * light + 128;  // libImaging's MULDIV255
    return clip(light - (((t >> 8) + t) >> 8));
  };
  return {channel(p[0]), channel(p[1]), channel(p[2])};
}

// JFIF's factors times 64, as Pillow's tables have them: half a unit added, then cut off.
constexpr std::array<int, 256> ycc_table(double factor) {
  std::array<int, 256> table = {};
  for (int i = 0; i < 256; ++i) {
    const double shifted = (i - 128) * factor * 64 + 0.5;
    table[i] = static_cast<int>(shifted);
  }
  return table;
}

Pixel from_ycbcr(const uint8_t* p) {
  static constexpr std::array<int, 256> kRedCr = ycc_table(1.402);
  static constexpr std::array<int, 256> kGreenCb = ycc_table(-0.34414);
  static constexpr std::array<int, 256> kGreenCr = ycc_table(-0.71414);
  static constexpr std::array<int, 256> kBlueCb = ycc_table(1.772);
  return {clip(p[0] + (kRedCr[p[2]] >> 6)), clip(p[0] + ((kGreenCb[p[1]] + kGreenCr[p[2]]) >> 6)),
          clip(p[0] + (kBlueCb[p[1]] >> 6))};
}

}  // namespace

RgbImage to_rgb(const Image& image) {
  switch (image.mode) {
    case Mode::bilevel:
      return map_pixels(image, [](const uint8_t* p) { return grey(p[0] != 0 ? 255 : 0); });
    case Mode::l:
    case Mode::la: return map_pixels(image, [](const uint8_t* p) { return grey(p[0]); });
    case Mode::p:
    case Mode::pa: return from_palette(image);
    case Mode::rgb: return {image.width, image.height, image.pixels};
    case Mode::rgba:
      return map_pixels(image, [](const uint8_t* p) { return Pixel{p[0], p[1], p[2]}; });
    case Mode::cmyk: return map_pixels(image, from_cmyk);
    case Mode::ycbcr: return map_pixels(image, from_ycbcr);
    case Mode::lab: return map_pixels(image, rgb_from_lab);
    case Mode::i16: return map_pixels(image, clip_wide<uint16_t>);
    case Mode::i: return map_pixels(image, clip_wide<int32_t>);
    case Mode::f: return map_pixels(image, clip_wide<float>);
  }
  return {};
}

}  // namespace tandem
