#include "kernels/simd_scan.h"

namespace tandem::cpu {
namespace {

// Four lanes in the compiler's own vectors: what every 64-bit CPU has.
struct PlainFloats {
  using Number = float;
  using Score = float;
  typedef float Sum __attribute__((vector_size(16)));
  using Row = Sum;
  static constexpr int kStep = 4;

  static Sum zero() { return Sum{}; }
  static Row row(const float* from) {
    Row x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  static Row query(const float* from) { return row(from); }
  static Sum add(Sum sum, Row row, Row query) { return sum + row * query; }
  static float bias(const float*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, float* totals) {
    const Sum sums[] = {a, b, c, d};
    for (int i = 0; i < 4; ++i) totals[i] = (sums[i][0] + sums[i][2]) + (sums[i][1] + sums[i][3]);
  }
};

struct PlainBytes {
  using Number = int8_t;
  using Score = int32_t;
  typedef int32_t Sum __attribute__((vector_size(16)));
  using Row = Sum;
  static constexpr int kStep = 4;

  static Sum zero() { return Sum{}; }
  static Row row(const int8_t* from) { return Row{from[0], from[1], from[2], from[3]}; }
  static Row query(const int8_t* from) { return row(from); }
  static Sum add(Sum sum, Row row, Row query) { return sum + row * query; }
  static int32_t bias(const int8_t*, int64_t) { return 0; }
  static void sum4(Sum a, Sum b, Sum c, Sum d, int32_t* totals) {
    const Sum sums[] = {a, b, c, d};
    for (int i = 0; i < 4; ++i) totals[i] = sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
  }
};

}  // namespace

constinit const ScanKernels kScalarScanKernels =
    scan_kernels_with<PlainFloats, PlainBytes>("scalar");

}  // namespace tandem::cpu
