// Time as the system gave it to this process. On a machine that others use too, a share of the
// peak by this clock still says how good a kernel is; one by the clock on the wall does not.
#pragma once

#include <algorithm>
#include <ctime>

#include "base/isa.h"
#include "bench/peak.h"

namespace tandem_bench {

/// Of all threads of this process together.
inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Multiply-adds of registers alone, in GFLOP a second of one core: the best of some tries.
inline double peak_gflops_by_cpu_time() {
  using namespace tandem;
  constexpr int kTries = 20;
  constexpr long kRounds = 400'000;  // some ten milliseconds
  float (*rounds)(long) = kernels::fma_rounds_plain;
  double lanes = 4;
#if defined(__x86_64__)
  if (chosen_isa() == Isa::avx2) rounds = kernels::fma_rounds_avx2, lanes = 8;
  if (chosen_isa() == Isa::avx512) rounds = kernels::fma_rounds_avx512, lanes = 16;
#endif
  double best = 0;
  volatile float sink = 0;
  for (int i = 0; i < kTries; ++i) {
    const double start = cpu_seconds();
    sink = sink + rounds(kRounds);
    best = std::max(best, kRounds * 12 * lanes * 2 / 1e9 / (cpu_seconds() - start));
  }
  return best;
}

}  // namespace tandem_bench
