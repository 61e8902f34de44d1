// Pictures in memory, in the modes that Pillow has, because the mode decides how a
// picture is resized.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tandem {

/// Pillow's modes. Bytes a pixel: bilevel 1 (0 or 255), l 1, la 2, p 1, pa 2,
/// rgb 3, rgba 4, cmyk 4, ycbcr 3, lab 3, i16 2 (native), i 4 (int32), f 4
/// (float).
enum class Mode { bilevel, l, la, p, pa, rgb, rgba, cmyk, ycbcr, lab, i16, i, f };

int bytes_per_pixel(Mode mode);
/// Pillow's name: "1", "L", "I;16"...
const char* name_of(Mode mode);

/// Rows from the top, pixels from the left, channels interleaved, no padding:
/// width * height * bytes_per_pixel(mode) bytes.
struct Image {
  Mode mode = Mode::rgb;
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
  std::vector<std::array<uint8_t, 3>> palette;  ///< modes p and pa; missing entries are black, the decoders give 256
};

/// width x height x RGB, bytes.
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

}  // namespace tandem
