// The kernels that this machine can run, for tests that hold for each of them.
#pragma once

#include <string>
#include <vector>

#include "kernels/simd_kernels.h"
#include "kernels/simd_portable.h"
#include "kernels/simd_training_kernels.h"

namespace tandem_test {

struct NamedKernels {
  std::string name;
  const tandem::cpu::Kernels* kernels;
  const tandem::cpu::TrainingKernels* training;
};

struct WideLanes;
using Wide = tandem::cpu::Portable<WideLanes, 16, 8, 3>;
inline constexpr tandem::cpu::Kernels kWideKernels =
    tandem::cpu::kernels_with<Wide>(tandem::Isa::avx512);
inline constexpr tandem::cpu::TrainingKernels kWideTrainingKernels =
    tandem::cpu::training_kernels_with<Wide>();

/// Every instruction set of this CPU, and "wide": the lanes and register tiles of AVX-512 in
/// portable code, which runs everywhere.
inline std::vector<NamedKernels> every_kernel() {
  using namespace tandem;
  std::vector<NamedKernels> all{{"wide", &kWideKernels, &kWideTrainingKernels}};
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon})
    if (const auto* kernels = cpu::kernels_of(isa); isa_available(isa) && kernels)
      all.push_back({name_of(isa), kernels, &cpu::training_kernels_beside(*kernels)});
  return all;
}

}  // namespace tandem_test
