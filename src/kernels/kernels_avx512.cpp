#if defined(__x86_64__)

// GCC 12 warns of its own "undefined" arguments in these intrinsics (its bug 105593).
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "kernels/simd_kernels.h"
#include "kernels/simd_training_kernels.h"

namespace tandem::cpu {
namespace {

// Tiles of 8 x 48: 24 sums, three vectors of the panels and a broadcast, in 32 registers; taller
// tiles would need more row pointers than there are general registers.
struct Avx512 {
  using Type = __m512;
  static constexpr int kLanes = 16, kRows = 8, kPanels = 3;

  static Type load(const float* from) { return _mm512_loadu_ps(from); }
  static void store(float* to, Type x) { _mm512_storeu_ps(to, x); }
  static Type broadcast(float x) { return _mm512_set1_ps(x); }
  static Type add(Type a, Type b) { return _mm512_add_ps(a, b); }
  static Type subtract(Type a, Type b) { return _mm512_sub_ps(a, b); }
  static Type multiply(Type a, Type b) { return _mm512_mul_ps(a, b); }
  static Type divide(Type a, Type b) { return _mm512_div_ps(a, b); }
  static Type fma(Type a, Type b, Type c) { return _mm512_fmadd_ps(a, b, c); }
  static Type max(Type a, Type b) { return _mm512_max_ps(a, b); }
  static Type min(Type a, Type b) { return _mm512_min_ps(a, b); }
  static Type abs(Type x) { return _mm512_abs_ps(x); }
  static Type where_less(Type x, Type limit, Type yes, Type no) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, limit, _CMP_LT_OQ), no, yes);
  }
  static Type times_power_of_2(Type x, Type shifted) {
    const __m512i power = _mm512_slli_epi32(_mm512_castps_si512(shifted), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), power));
  }
};

}  // namespace

constinit const Kernels kAvx512Kernels = kernels_with<Avx512>(Isa::avx512);
constinit const TrainingKernels kAvx512TrainingKernels = training_kernels_with<Avx512>();

}  // namespace tandem::cpu

#endif
