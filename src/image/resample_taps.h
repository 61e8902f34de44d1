// Which source pixels make an output pixel, and with what weights: Pillow 9.4's
// rule (libImaging/Resample.c, precompute_coeffs).
#pragma once

#include <cstdint>
#include <vector>

#include "image/resize.h"

namespace tandem {

/// One axis of a resize, for a run of outputs. Output i is the sum of
/// weights[i * stride + t] times source[first[i] + t] for t < count[i].
template <class Weight>
struct Taps {
  int outputs = 0;
  int stride = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<Weight> weights;
};

/// Weights are 22-bit fixed point in the byte passes; two bits are left for
/// filters whose partial sums leave 0..255.
constexpr int kWeightBits = 32 - 8 - 2;

/// The outputs [begin, end) of an axis that goes from `in` to `out` pixels, any
/// filter but nearest. The weights of an output sum to 1 over its window, which
/// the borders clip. Errors: limit where Pillow runs out of memory too (`out`
/// times the window above 2 GiB of weights).
Taps<double> compute_taps(int in, int out, Filter filter, int begin, int end);

/// The same weights rounded half away from zero to kWeightBits.
Taps<int32_t> to_fixed_point(const Taps<double>& taps);

}  // namespace tandem
