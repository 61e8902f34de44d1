// AVX2 kernels of the byte passes. A 22-bit weight is split into two signed 16-bit
// halves; vpmaddwd then makes the products of two neighbouring taps at once, and
// (sum of highs << 16) + (sum of lows) is the exact sum modulo 2^32.
#include "image/resample_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace tandem {

extern const ResampleKernel kResampleAvx2;

namespace {

constexpr int kGroupOfPixels = 4;  // 3 or 4 channels: 12 or 16 bytes, two pixels to a 128-bit lane
constexpr int kGroupOfBytes = 16;  // 1 channel

int group_of(int channels) {
  if (channels == 2) return 0;
  return channels == 1 ? kGroupOfBytes : kGroupOfPixels;
}

__m128i load128(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
__m256i load256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// Highs and lows to sums of 22-bit fixed point, rounded to integers.
__m256i round_sums(__m256i high, __m256i low) {
  const __m256i half = _mm256_set1_epi32(1 << (kWeightBits - 1));
  const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, 16), low), half);
  return _mm256_srai_epi32(sum, kWeightBits);
}

// The lanes of one pixel's sums added, rounded, clipped and stored.
void store_pixels(__m256i high, __m256i low, int channels, uint8_t* out) {
  const __m128i high_sum =
      _mm_add_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
  const __m128i low_sum =
      _mm_add_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  __m128i sum = _mm_add_epi32(_mm_slli_epi32(high_sum, 16), low_sum);
  sum = _mm_add_epi32(sum, _mm_set1_epi32(1 << (kWeightBits - 1)));
  sum = _mm_srai_epi32(sum, kWeightBits);
  sum = _mm_packs_epi32(sum, sum);
  const uint32_t pixel = static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(sum, sum)));
  __builtin_memcpy(out, &pixel, 2);
  if (channels == 3) {
    out[2] = static_cast<uint8_t>(pixel >> 16);
  } else {
    __builtin_memcpy(out + 2, reinterpret_cast<const char*>(&pixel) + 2, 2);
  }
}

// Bytes of four pixels to 16-bit pairs of one channel of neighbouring pixels:
// lane 0 r0 r1 g0 g1 b0 b1 (a0 a1), lane 1 the same of pixels 2 and 3.
template <int kChannels>
__m256i pair_mask() {
  if constexpr (kChannels == 3) {
    return _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,  //
                            6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  } else {
    return _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,  //
                            8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  }
}

template <int kChannels>
void horizontal_pixels(const TapsView& taps, const uint8_t* const* rows, uint8_t* const* out) {
  const __m256i pairs = pair_mask<kChannels>();
  // A group's 4 high and 4 low halves: the first two taps to lane 0, the others to lane 1.
  const __m256i highs = _mm256_setr_epi32(0x03020100, 0x03020100, 0x03020100, 0x03020100,
                                          0x07060504, 0x07060504, 0x07060504, 0x07060504);
  const __m256i lows = _mm256_add_epi8(highs, _mm256_set1_epi8(8));
  for (int i = 0; i < taps.outputs; ++i) {
    const int16_t* halves = taps.halves + static_cast<size_t>(i) * taps.halves_stride;
    size_t at = static_cast<size_t>(taps.first[i]) * kChannels;
    __m256i high[kRowsAtOnce], low[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) high[r] = low[r] = _mm256_setzero_si256();
    for (int g = 0; g < taps.groups[i]; ++g) {
      const __m256i both = _mm256_broadcastsi128_si256(load128(halves));
      const __m256i weights_high = _mm256_shuffle_epi8(both, highs);
      const __m256i weights_low = _mm256_shuffle_epi8(both, lows);
#pragma GCC unroll 4
      for (int r = 0; r < kRowsAtOnce; ++r) {
        const __m256i pixels =
            _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load128(rows[r] + at)), pairs);
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, weights_high));
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, weights_low));
      }
      halves += 2 * kGroupOfPixels;
      at += kGroupOfPixels * kChannels;
    }
    for (int r = 0; r < kRowsAtOnce; ++r) {
      store_pixels(high[r], low[r], kChannels, out[r] + static_cast<size_t>(i) * kChannels);
    }
  }
}

void horizontal_bytes(const TapsView& taps, const uint8_t* const* rows, uint8_t* const* out) {
  for (int i = 0; i < taps.outputs; ++i) {
    const int16_t* halves = taps.halves + static_cast<size_t>(i) * taps.halves_stride;
    size_t at = static_cast<size_t>(taps.first[i]);
    __m256i high[kRowsAtOnce], low[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) high[r] = low[r] = _mm256_setzero_si256();
    for (int g = 0; g < taps.groups[i]; ++g) {
      const __m256i weights_high = load256(halves);
      const __m256i weights_low = load256(halves + kGroupOfBytes);
#pragma GCC unroll 4
      for (int r = 0; r < kRowsAtOnce; ++r) {
        const __m256i pixels = _mm256_cvtepu8_epi16(load128(rows[r] + at));
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, weights_high));
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, weights_low));
      }
      halves += 2 * kGroupOfBytes;
      at += kGroupOfBytes;
    }
    __m256i sums[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) {
      sums[r] = _mm256_add_epi32(_mm256_slli_epi32(high[r], 16), low[r]);
    }
    // Lane by lane, the four rows' totals side by side; then the two lanes.
    const __m256i four =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    __m128i total = _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    total = _mm_add_epi32(total, _mm_set1_epi32(1 << (kWeightBits - 1)));
    total = _mm_srai_epi32(total, kWeightBits);
    total = _mm_packs_epi32(total, total);
    const uint32_t bytes = static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(total, total)));
    for (int r = 0; r < kRowsAtOnce; ++r) out[r][i] = static_cast<uint8_t>(bytes >> (8 * r));
  }
}

void horizontal(const TapsView& taps, int channels, const uint8_t* const* rows,
                uint8_t* const* out) {
  switch (channels) {
    case 1: return horizontal_bytes(taps, rows, out);
    case 3: return horizontal_pixels<3>(taps, rows, out);
    case 4: return horizontal_pixels<4>(taps, rows, out);
    default: return resample_kernel(Isa::scalar).horizontal(taps, channels, rows, out);
  }
}

constexpr int kVerticalBytes = 32;

// Two taps' halves side by side in every 32-bit element.
__m256i tap_pair(int32_t first, int32_t second) {
  return _mm256_set1_epi32((first & 0xffff) |
                           static_cast<int32_t>(static_cast<uint32_t>(second) << 16));
}

// kVerticalBytes columns: bytes of two rows are interleaved so that vpmaddwd adds the two taps.
void vertical_block(const uint8_t* rows, ptrdiff_t stride, const int32_t* weights, int count,
                    uint8_t* out) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i high[4], low[4];
  for (int q = 0; q < 4; ++q) high[q] = low[q] = zero;
  for (int t = 0; t < count; t += 2) {
    const bool pair = t + 1 < count;
    const int32_t w0 = weights[t];
    const int32_t w1 = pair ? weights[t + 1] : 0;
    const int32_t low0 = static_cast<int16_t>(w0 & 0xffff);
    const int32_t low1 = static_cast<int16_t>(w1 & 0xffff);
    const __m256i weights_low = tap_pair(low0, low1);
    const __m256i weights_high = tap_pair((w0 - low0) >> 16, (w1 - low1) >> 16);
    const __m256i row0 = load256(rows + t * stride);
    const __m256i row1 = pair ? load256(rows + (t + 1) * stride) : zero;
    const __m256i even = _mm256_unpacklo_epi8(row0, row1);
    const __m256i odd = _mm256_unpackhi_epi8(row0, row1);
    const __m256i pairs[4] = {_mm256_unpacklo_epi8(even, zero), _mm256_unpackhi_epi8(even, zero),
                              _mm256_unpacklo_epi8(odd, zero), _mm256_unpackhi_epi8(odd, zero)};
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
      high[q] = _mm256_add_epi32(high[q], _mm256_madd_epi16(pairs[q], weights_high));
      low[q] = _mm256_add_epi32(low[q], _mm256_madd_epi16(pairs[q], weights_low));
    }
  }
  const __m256i first =
      _mm256_packs_epi32(round_sums(high[0], low[0]), round_sums(high[1], low[1]));
  const __m256i second =
      _mm256_packs_epi32(round_sums(high[2], low[2]), round_sums(high[3], low[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_packus_epi16(first, second));
}

void vertical(const uint8_t* rows, ptrdiff_t stride, const int32_t* weights, int count, int bytes,
              uint8_t* out) {
  if (bytes < kVerticalBytes) {
    return resample_kernel(Isa::scalar).vertical(rows, stride, weights, count, bytes, out);
  }
  int b = 0;
  for (; b + kVerticalBytes <= bytes; b += kVerticalBytes) {
    vertical_block(rows + b, stride, weights, count, out + b);
  }
  // The rest overlaps the last block, which gives the same bytes again.
  if (b < bytes) {
    b = bytes - kVerticalBytes;
    vertical_block(rows + b, stride, weights, count, out + b);
  }
}

// Eight 16-bit channels of two pixels to a lane, times their pixel's alpha over 255.
__m256i times_alpha(__m256i pixels) {
  // Alpha's own place is multiplied by 255, which leaves it as it is.
  const __m256i alpha_to_all = _mm256_setr_epi8(6, -1, 6, -1, 6, -1, -1, -1,     //
                                                14, -1, 14, -1, 14, -1, -1, -1,  //
                                                6, -1, 6, -1, 6, -1, -1, -1,     //
                                                14, -1, 14, -1, 14, -1, -1, -1);
  const __m256i own = _mm256_set1_epi64x(int64_t{255} << 48);
  const __m256i factor = _mm256_or_si256(_mm256_shuffle_epi8(pixels, alpha_to_all), own);
  const __m256i t = _mm256_add_epi16(_mm256_mullo_epi16(pixels, factor), _mm256_set1_epi16(128));
  return _mm256_srli_epi16(_mm256_add_epi16(_mm256_srli_epi16(t, 8), t), 8);
}

void premultiply(const uint8_t* from, int pixels, int channels, uint8_t* to) {
  int x = 0;
  if (channels == 4) {
    constexpr int kPixels = 8;
    const __m256i zero = _mm256_setzero_si256();
    for (; x + kPixels <= pixels; x += kPixels) {
      const __m256i bytes = load256(from + size_t{4} * x);
      const __m256i low = times_alpha(_mm256_unpacklo_epi8(bytes, zero));
      const __m256i high = times_alpha(_mm256_unpackhi_epi8(bytes, zero));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + size_t{4} * x),
                          _mm256_packus_epi16(low, high));
    }
  }
  const size_t done = static_cast<size_t>(x) * channels;
  resample_kernel(Isa::scalar).premultiply(from + done, pixels - x, channels, to + done);
}

}  // namespace

const ResampleKernel kResampleAvx2 = {group_of, horizontal, vertical, premultiply};

}  // namespace tandem

#endif
