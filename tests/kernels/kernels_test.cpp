// The tables of kernels.
#include <gtest/gtest.h>

#include "kernels/every_kernel.h"

namespace tandem_test {
namespace {

using namespace tandem;
using namespace tandem::cpu;

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
