// The two passes of an antialiased resize, horizontal first, with a rounded picture in
// between: Pillow 9.4's libImaging/Resample.c.
#pragma once

#include <cstdint>
#include <vector>

#include "base/isa.h"
#include "image/resize_window.h"

namespace tandem {

/// Interleaved samples of `channels` channels, rows from the top, no padding.
template <class Sample>
struct Samples {
  const Sample* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 1;
};

/// The window of `source` resized to width x height. With `premultiply` the last
/// channel is alpha: the others are multiplied by it before and divided after.
std::vector<uint8_t> resample_bytes(const Samples<uint8_t>& source, int width, int height,
                                    Filter filter, Window window, bool premultiply, Isa isa);

/// One channel in double precision: int32_t is rounded half away from zero after
/// each pass, float to float.
template <class Sample>
std::vector<Sample> resample_wide(const Samples<Sample>& source, int width, int height,
                                  Filter filter, Window window);

}  // namespace tandem
