#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/simd_kernels.h"
#include "kernels/simd_training_kernels.h"

namespace tandem::cpu {
namespace {

// Tiles of 6 x 16: twelve sums, two vectors of the panel and a broadcast fill the 16 registers.
struct Avx2 {
  using Type = __m256;
  static constexpr int kLanes = 8, kRows = 6, kPanels = 1;

  static Type load(const float* from) { return _mm256_loadu_ps(from); }
  static void store(float* to, Type x) { _mm256_storeu_ps(to, x); }
  static Type broadcast(float x) { return _mm256_set1_ps(x); }
  static Type add(Type a, Type b) { return _mm256_add_ps(a, b); }
  static Type subtract(Type a, Type b) { return _mm256_sub_ps(a, b); }
  static Type multiply(Type a, Type b) { return _mm256_mul_ps(a, b); }
  static Type divide(Type a, Type b) { return _mm256_div_ps(a, b); }
  static Type fma(Type a, Type b, Type c) { return _mm256_fmadd_ps(a, b, c); }
  static Type max(Type a, Type b) { return _mm256_max_ps(a, b); }
  static Type min(Type a, Type b) { return _mm256_min_ps(a, b); }
  static Type abs(Type x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x); }
  static Type where_less(Type x, Type limit, Type yes, Type no) {
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, limit, _CMP_LT_OQ));
  }
  static Type times_power_of_2(Type x, Type shifted) {
    const __m256i power = _mm256_slli_epi32(_mm256_castps_si256(shifted), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), power));
  }
};

}  // namespace

constinit const Kernels kAvx2Kernels = kernels_with<Avx2>(Isa::avx2);
constinit const TrainingKernels kAvx2TrainingKernels = training_kernels_with<Avx2>();

}  // namespace tandem::cpu

#endif
