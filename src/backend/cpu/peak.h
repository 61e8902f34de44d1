// The most float32 operations that this machine does in a second: what benches hold their
// figures against.
#pragma once

#include "backend/cpu/kernels.h"

namespace tandem::cpu {

struct Peak {
  double per_second = 0;      ///< of all threads together, by the clock on the wall
  double per_cpu_second = 0;  ///< of one core, by the time that the system gave it
};

/// Multiply-adds in registers on `threads` of the pool's threads (at most thread_count()); the
/// best of some tries, about 0.2 s in all. On a machine that others use too, the two differ.
Peak measure_peak(const Kernels& kernels, int threads);

}  // namespace tandem::cpu
