#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/simd_scan.h"

namespace tandem::cpu {
namespace {

struct Avx2Floats {
  using Number = float;
  using Score = float;
  using Sum = __m256;
  using Row = __m256;
  static constexpr int kStep = 8;

  static Sum zero() { return _mm256_setzero_ps(); }
  static Row row(const float* from) { return _mm256_load_ps(from); }
  static Row query(const float* from) { return _mm256_load_ps(from); }
  static Sum add(Sum sum, Row row, Row query) { return _mm256_fmadd_ps(row, query, sum); }
  static float bias(const float*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, float* totals) {
    const __m256 ab = _mm256_hadd_ps(a, b);
    const __m256 cd = _mm256_hadd_ps(c, d);
    const __m256 all = _mm256_hadd_ps(ab, cd);
    _mm_storeu_ps(totals, _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
  }
};

// Bytes are widened to 16 bits: products of bytes alone would saturate.
struct Avx2Bytes {
  using Number = int8_t;
  using Score = int32_t;
  using Sum = __m256i;
  using Row = __m256i;
  static constexpr int kStep = 16;

  static Sum zero() { return _mm256_setzero_si256(); }
  static Row row(const int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static Row query(const int8_t* from) { return row(from); }
  static Sum add(Sum sum, Row row, Row query) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(row, query));
  }
  static int32_t bias(const int8_t*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, int32_t* totals) {
    const __m256i ab = _mm256_hadd_epi32(a, b);
    const __m256i cd = _mm256_hadd_epi32(c, d);
    const __m256i all = _mm256_hadd_epi32(ab, cd);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(totals),
                     _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)));
  }
};

}  // namespace

constinit const ScanKernels kAvx2ScanKernels = scan_kernels_with<Avx2Floats, Avx2Bytes>("avx2");

}  // namespace tandem::cpu

#endif
