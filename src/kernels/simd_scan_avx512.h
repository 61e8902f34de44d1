// What AVX-512's scans share with and without VNNI; for their two files alone, each of which has
// these in an anonymous namespace of its own.
#pragma once

// GCC 12 warns of its own "undefined" arguments in these intrinsics (its bug 105593), as either.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include <immintrin.h>

#include "kernels/simd_scan.h"

namespace tandem::cpu {
namespace {

struct Avx512Floats {
  using Number = float;
  using Score = float;
  using Sum = __m512;
  using Row = __m512;
  static constexpr int kStep = 16;

  static Sum zero() { return _mm512_setzero_ps(); }
  static Row row(const float* from) { return _mm512_load_ps(from); }
  static Row query(const float* from) { return _mm512_load_ps(from); }
  static Sum add(Sum sum, Row row, Row query) { return _mm512_fmadd_ps(row, query, sum); }
  static float bias(const float*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, float* totals) {
    const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    const __m512 all =
        _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    _mm_storeu_ps(totals, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
  }
};

void sum4_of_bytes(__m512i a, __m512i b, __m512i c, __m512i d, int32_t* totals) {
  const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  const __m512i all =
      _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  const __m256i half =
      _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti32x8_epi32(all, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(totals),
                   _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

}  // namespace
}  // namespace tandem::cpu
