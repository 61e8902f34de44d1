// Pictures that can be told from each other.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "image/image.h"

namespace tandem_test {

/// Discs and stripes, different for each seed.
inline tandem::Image scene(uint32_t seed, int width = 240, int height = 160) {
  tandem::Image image{.mode = tandem::Mode::rgb, .width = width, .height = height};
  image.pixels.resize(static_cast<size_t>(width) * height * 3);
  uint32_t state = seed * 747796405u + 1;
  const auto draw = [&] {
    state = state * 1664525u + 1013904223u;
    return static_cast<double>(state >> 8) / (1 << 24);
  };
  const double tilt = draw() * 3, pitch = 10 + 30 * draw();
  struct Disc {
    double x, y, r;
    int colour[3];
  };
  std::vector<Disc> discs(6);
  for (auto& disc : discs) {
    disc = {draw() * width, draw() * height, (0.1 + 0.2 * draw()) * height, {}};
    for (int& colour : disc.colour) colour = static_cast<int>(255 * draw());
  }
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      uint8_t* pixel = image.pixels.data() + 3 * (static_cast<size_t>(y) * width + x);
      const double wave = 110 + 60 * std::sin((x * std::cos(tilt) + y * std::sin(tilt)) / pitch);
      std::fill_n(pixel, 3, static_cast<uint8_t>(wave));
      for (const auto& disc : discs)
        if (std::hypot(x - disc.x, y - disc.y) < disc.r)
          for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(disc.colour[c]);
    }
  return image;
}

}  // namespace tandem_test
