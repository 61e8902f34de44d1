// What Pillow's Image.tobytes() gives for a picture of ours.
#pragma once

#include <vector>

#include "image/image.h"

namespace tandem_test {

inline std::vector<uint8_t> pillow_bytes(const tandem::Image& image) {
  if (image.mode == tandem::Mode::lab) {
    std::vector<uint8_t> bytes = image.pixels;
    for (size_t i = 0; i < bytes.size(); ++i)
      if (i % 3 != 0) bytes[i] ^= 128;  // a* and b* are signed there
    return bytes;
  }
  if (image.mode != tandem::Mode::bilevel) return image.pixels;
  const int row_bytes = (image.width + 7) / 8;  // mode 1: eight pixels a byte
  std::vector<uint8_t> bytes(static_cast<size_t>(row_bytes) * image.height);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      if (image.pixels[static_cast<size_t>(y) * image.width + x] != 0)
        bytes[static_cast<size_t>(y) * row_bytes + x / 8] |= static_cast<uint8_t>(0x80 >> x % 8);
  return bytes;
}

}  // namespace tandem_test
