// Small pictures for the tests of the image room.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "image/image.h"

namespace tandem_test {

inline tandem::Image picture(tandem::Mode mode, int width, int height,
                             std::vector<uint8_t> pixels) {
  return {mode, width, height, std::move(pixels), {}};
}

/// A picture of int32, uint16 or float samples.
template <class Sample>
tandem::Image wide_picture(tandem::Mode mode, int width, int height,
                           const std::vector<Sample>& samples) {
  tandem::Image image{mode, width, height, {}, {}};
  image.pixels.resize(samples.size() * sizeof(Sample));
  std::memcpy(image.pixels.data(), samples.data(), image.pixels.size());
  return image;
}

template <class Sample>
std::vector<Sample> samples_of(const tandem::Image& image) {
  std::vector<Sample> samples(image.pixels.size() / sizeof(Sample));
  std::memcpy(samples.data(), image.pixels.data(), image.pixels.size());
  return samples;
}

/// Noise; the seed decides every byte.
inline std::vector<uint8_t> noise(size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> values(bytes);
  for (uint8_t& value : values) value = static_cast<uint8_t>(random() >> 13);
  return values;
}

inline tandem::Image noise_picture(tandem::Mode mode, int width, int height, unsigned seed) {
  const size_t bytes = tandem::bytes_per_pixel(mode);
  return picture(mode, width, height, noise(bytes * width * height, seed));
}

constexpr tandem::Mode kByteModes[] = {
    tandem::Mode::bilevel, tandem::Mode::l,   tandem::Mode::la,   tandem::Mode::p,
    tandem::Mode::pa,      tandem::Mode::rgb, tandem::Mode::rgba, tandem::Mode::cmyk,
    tandem::Mode::ycbcr,   tandem::Mode::lab};

}  // namespace tandem_test
