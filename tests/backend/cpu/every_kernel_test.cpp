#include "backend/cpu/every_kernel.h"

#include <gtest/gtest.h>

#include "backend/cpu/simd_kernels.h"
#include "backend/cpu/simd_portable.h"
#include "backend/cpu/simd_training_kernels.h"

namespace tandem_test {
namespace {

using namespace tandem;
using namespace tandem::cpu;

struct Local;
using Wide = Portable<Local, 16, 8, 3>;
constinit const Kernels kWideKernels = kernels_with<Wide>(Isa::avx512);
constinit const TrainingKernels kWideTrainingKernels = training_kernels_with<Wide>();

}  // namespace

std::vector<NamedKernels> every_kernel() {
  std::vector<NamedKernels> all{{"wide", &kWideKernels, &kWideTrainingKernels}};
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon})
    if (isa_available(isa) && kernels_of(isa))
      all.push_back({name_of(isa), kernels_of(isa), &training_kernels_beside(*kernels_of(isa))});
  return all;
}

namespace {

TEST(CpuKernels, TheChosenOnesAreThoseOfTheChosenSetOrPlain) {
  const Kernels& chosen = chosen_kernels();
  EXPECT_TRUE(isa_available(chosen.isa));
  if (kernels_of(chosen_isa())) {
    EXPECT_EQ(chosen.isa, chosen_isa());
  } else {
    EXPECT_EQ(chosen.isa, Isa::scalar);
  }
}

TEST(CpuKernels, EveryTableSaysWhoseItIs) {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    const Kernels* kernels = kernels_of(isa);
    if (kernels != nullptr) {
      EXPECT_EQ(kernels->isa, isa);
    }
  }
}

}  // namespace
}  // namespace tandem_test
