#include "bench/peak.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace tandem::kernels {

float fma_rounds_avx512(long rounds) {
  const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
  // Each chain starts elsewhere: of equal ones the compiler would compute one alone.
  __m512 s0 = _mm512_set1_ps(0), s1 = _mm512_set1_ps(1), s2 = _mm512_set1_ps(2);
  __m512 s3 = _mm512_set1_ps(3), s4 = _mm512_set1_ps(4), s5 = _mm512_set1_ps(5);
  __m512 s6 = _mm512_set1_ps(6), s7 = _mm512_set1_ps(7), s8 = _mm512_set1_ps(8);
  __m512 s9 = _mm512_set1_ps(9), s10 = _mm512_set1_ps(10), s11 = _mm512_set1_ps(11);
  for (long i = 0; i < rounds; ++i) {
    s0 = _mm512_fmadd_ps(s0, factor, term), s1 = _mm512_fmadd_ps(s1, factor, term);
    s2 = _mm512_fmadd_ps(s2, factor, term), s3 = _mm512_fmadd_ps(s3, factor, term);
    s4 = _mm512_fmadd_ps(s4, factor, term), s5 = _mm512_fmadd_ps(s5, factor, term);
    s6 = _mm512_fmadd_ps(s6, factor, term), s7 = _mm512_fmadd_ps(s7, factor, term);
    s8 = _mm512_fmadd_ps(s8, factor, term), s9 = _mm512_fmadd_ps(s9, factor, term);
    s10 = _mm512_fmadd_ps(s10, factor, term), s11 = _mm512_fmadd_ps(s11, factor, term);
  }
  __m512 sum = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)),
                             _mm512_add_ps(_mm512_add_ps(s4, s5), _mm512_add_ps(s6, s7)));
  sum = _mm512_add_ps(sum, _mm512_add_ps(_mm512_add_ps(s8, s9), _mm512_add_ps(s10, s11)));
  float lanes[16];
  _mm512_storeu_ps(lanes, sum);
  return lanes[0];
}

}  // namespace tandem::kernels
#endif
