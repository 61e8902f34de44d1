// The kernels that this machine can run, for tests that hold for each of them.
#pragma once

#include <string>
#include <vector>

#include "backend/cpu/training_kernels.h"

namespace tandem_test {

struct NamedKernels {
  std::string name;
  const tandem::cpu::Kernels* kernels;
  const tandem::cpu::TrainingKernels* training;
};

/// Every instruction set of this CPU, and "wide": the lanes and register tiles
/// of AVX-512 in portable code, which runs everywhere.
std::vector<NamedKernels> every_kernel();

}  // namespace tandem_test
