// The two byte passes of a resize, once per instruction set. Integer arithmetic
// modulo 2^32 throughout: every set gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/isa.h"
#include "image/resample_taps.h"

namespace tandem {

/// Rows that a horizontal kernel makes at once, so that weights are loaded once for all.
constexpr int kRowsAtOnce = 4;
/// Bytes past the last tap of a row that a kernel may read (and multiply by zero).
constexpr int kReadAhead = 32;

/// What horizontal kernels read; borrowed from PackedTaps.
struct TapsView {
  int outputs = 0;
  const int* first = nullptr;
  const int* count = nullptr;
  const int32_t* weights = nullptr;  ///< [outputs, stride]
  int stride = 0;
  const int* groups = nullptr;      ///< groups of taps of each output
  const int16_t* halves = nullptr;  ///< [outputs, halves_stride]: per group high, then low halves
  int halves_stride = 0;
};

struct ResampleKernel {
  /// Taps to a group of packed weights for this number of channels; 0: reads `weights`.
  int (*group_of)(int channels);
  /// out[r][x * channels + c] from rows[r], for kRowsAtOnce rows; channels 1 to 4.
  void (*horizontal)(const TapsView& taps, int channels, const uint8_t* const* rows,
                     uint8_t* const* out);
  /// out[b] from `count` rows of `bytes` bytes, `stride` bytes apart. May read no
  /// byte outside them.
  void (*vertical)(const uint8_t* rows, ptrdiff_t stride, const int32_t* weights, int count,
                   int bytes, uint8_t* out);
  /// Pixels of 2 or 4 channels, the last of them alpha: the others times alpha / 255,
  /// rounded as libImaging's MULDIV255.
  void (*premultiply)(const uint8_t* from, int pixels, int channels, uint8_t* to);
};

/// The kernels of a set, or of the best plainer one that has some.
const ResampleKernel& resample_kernel(Isa isa);

/// Weights laid out for a kernel: each as weight = high * 65536 + low, two signed
/// 16-bit halves, because 16-bit products are the fastest that CPUs have.
class PackedTaps {
 public:
  PackedTaps(Taps<int32_t> taps, int group);
  TapsView view() const;

 private:
  Taps<int32_t> taps_;
  std::vector<int> groups_;
  std::vector<int16_t> halves_;
  int halves_stride_ = 0;
};

}  // namespace tandem
