#include "image/resample_kernel.h"

#include <algorithm>

namespace tandem {

#if defined(__x86_64__)
extern const ResampleKernel kResampleAvx2;
#endif

namespace {

constexpr int32_t kHalf = 1 << (kWeightBits - 1);

uint8_t clip(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

int no_groups(int) { return 0; }

template <int kChannels>
void horizontal_row(const TapsView& taps, const uint8_t* row, uint8_t* out) {
  for (int i = 0; i < taps.outputs; ++i) {
    const int32_t* weights = taps.weights + static_cast<size_t>(i) * taps.stride;
    const uint8_t* pixel = row + static_cast<size_t>(taps.first[i]) * kChannels;
    int32_t sums[kChannels];
    std::fill_n(sums, kChannels, kHalf);
    for (int t = 0; t < taps.count[i]; ++t, pixel += kChannels) {
      for (int c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weights[t];
    }
    for (int c = 0; c < kChannels; ++c) *out++ = clip(sums[c]);
  }
}

void horizontal(const TapsView& taps, int channels, const uint8_t* const* rows,
                uint8_t* const* out) {
  constexpr void (*kRow[])(const TapsView&, const uint8_t*, uint8_t*) = {
      horizontal_row<1>, horizontal_row<2>, horizontal_row<3>, horizontal_row<4>};
  for (int r = 0; r < kRowsAtOnce; ++r) kRow[channels - 1](taps, rows[r], out[r]);
}

void vertical(const uint8_t* rows, ptrdiff_t stride, const int32_t* weights, int count, int bytes,
              uint8_t* out) {
  for (int b = 0; b < bytes; ++b) {
    int32_t sum = kHalf;
    for (int t = 0; t < count; ++t) sum += rows[t * stride + b] * weights[t];
    out[b] = clip(sum);
  }
}

void premultiply(const uint8_t* from, int pixels, int channels, uint8_t* to) {
  for (int x = 0; x < pixels; ++x, from += channels, to += channels) {
    const unsigned alpha = from[channels - 1];
    for (int c = 0; c + 1 < channels; ++c) {
      const unsigned t = from[c] * alpha + 128;
      to[c] = static_cast<uint8_t>(((t >> 8) + t) >> 8);
    }
    to[channels - 1] = from[channels - 1];
  }
}

constexpr ResampleKernel kPlain = {no_groups, horizontal, vertical, premultiply};

}  // namespace

const ResampleKernel& resample_kernel(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx2 || isa == Isa::avx512) return kResampleAvx2;
#endif
  (void)isa;
  return kPlain;
}

PackedTaps::PackedTaps(Taps<int32_t> taps, int group) : taps_(std::move(taps)) {
  if (group == 0) return;
  const int most_groups = (taps_.stride + group - 1) / group;
  halves_stride_ = most_groups * group * 2;
  groups_.resize(taps_.outputs);
  halves_.resize(static_cast<size_t>(taps_.outputs) * halves_stride_);
  for (int i = 0; i < taps_.outputs; ++i) {
    groups_[i] = (taps_.count[i] + group - 1) / group;
    const int32_t* weights = taps_.weights.data() + static_cast<size_t>(i) * taps_.stride;
    int16_t* halves = halves_.data() + static_cast<size_t>(i) * halves_stride_;
    for (int t = 0; t < taps_.count[i]; ++t) {
      const int16_t low = static_cast<int16_t>(weights[t] & 0xffff);
      int16_t* at = halves + t / group * group * 2 + t % group;
      at[0] = static_cast<int16_t>((weights[t] - low) >> 16);
      at[group] = low;
    }
  }
}

TapsView PackedTaps::view() const {
  return {taps_.outputs, taps_.first.data(), taps_.count.data(), taps_.weights.data(),
          taps_.stride,  groups_.data(),     halves_.data(),     halves_stride_};
}

}  // namespace tandem
