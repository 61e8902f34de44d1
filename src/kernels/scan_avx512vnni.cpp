#if defined(__x86_64__)

#include "kernels/simd_scan_avx512.h"

namespace tandem::cpu {
namespace {

// vpdpbusd multiplies unsigned bytes with signed ones: a row's are raised by 128, which makes every
// sum too large by 128 times the query's sum.
struct VnniBytes {
  using Number = int8_t;
  using Score = int32_t;
  using Sum = __m512i;
  using Row = __m512i;
  static constexpr int kStep = 64;

  static Sum zero() { return _mm512_setzero_si512(); }
  static Row row(const int8_t* from) {
    return _mm512_xor_si512(_mm512_load_si512(from), _mm512_set1_epi8(-128));
  }
  static Row query(const int8_t* from) { return _mm512_load_si512(from); }
  static Sum add(Sum sum, Row row, Row query) { return _mm512_dpbusd_epi32(sum, row, query); }
  static int32_t bias(const int8_t* query, int64_t width) {
    __m512i sum = zero();
    for (int64_t at = 0; at < width; at += kStep)
      sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(-128), _mm512_load_si512(query + at));
    return _mm512_reduce_add_epi32(sum);
  }
  static void sum4(Sum a, Sum b, Sum c, Sum d, int32_t* totals) {
    sum4_of_bytes(a, b, c, d, totals);
  }
};

}  // namespace

constinit const ScanKernels kVnniScanKernels =
    scan_kernels_with<Avx512Floats, VnniBytes>("avx512 with vnni");

}  // namespace tandem::cpu

#endif
