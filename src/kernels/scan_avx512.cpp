#if defined(__x86_64__)

#include "kernels/simd_scan_avx512.h"

namespace tandem::cpu {
namespace {

struct Avx512Bytes {
  using Number = int8_t;
  using Score = int32_t;
  using Sum = __m512i;
  using Row = __m512i;
  static constexpr int kStep = 32;

  static Sum zero() { return _mm512_setzero_si512(); }
  static Row row(const int8_t* from) {
    return _mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(from)));
  }
  static Row query(const int8_t* from) { return row(from); }
  static Sum add(Sum sum, Row row, Row query) {
    return _mm512_add_epi32(sum, _mm512_madd_epi16(row, query));
  }
  static int32_t bias(const int8_t*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, int32_t* totals) {
    sum4_of_bytes(a, b, c, d, totals);
  }
};

}  // namespace

constinit const ScanKernels kAvx512ScanKernels =
    scan_kernels_with<Avx512Floats, Avx512Bytes>("avx512");

}  // namespace tandem::cpu

#endif
