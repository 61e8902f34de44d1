// Rows of a file's samples to rows of a mode's pixels, by the names that
// Pillow's decoders give to the samples' layouts ("raw modes").
#pragma once

#include <cstdint>
#include <string_view>

#include "image/image.h"

namespace tandem {

/// How one layout becomes one mode. Pillow's mode RGBX is Mode::rgb here: its
/// fourth byte never reaches a picture that anyone sees.
struct Unpacker {
  Mode mode;
  /// "I" inverted, "R" bits from the lowest, "B"/"L"/"N" big, little, native
  /// byte order, "S" signed, "F" float, "X" a sample to skip, "a" premultiplied.
  std::string_view raw;
  int bits;  ///< of a pixel in the file
  void (*row)(uint8_t* out, const uint8_t* in, int64_t pixels);

  /// Bytes of a row of so many pixels in the file.
  int64_t row_bytes(int64_t pixels) const { return (pixels * bits + 7) / 8; }
};

/// Null where Pillow has no such unpacker, and so refuses the file.
const Unpacker* find_unpacker(Mode mode, std::string_view raw);

}  // namespace tandem
