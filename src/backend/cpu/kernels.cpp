#include "backend/cpu/kernels.h"

namespace tandem::cpu {

const Kernels* kernels_of(Isa isa) {
  switch (isa) {
    case Isa::scalar: return &kScalarKernels;
#if defined(__x86_64__)
    case Isa::avx2: return &kAvx2Kernels;
    case Isa::avx512: return &kAvx512Kernels;
#endif
    default: return nullptr;
  }
}

const Kernels& chosen_kernels() {
  const Kernels* kernels = kernels_of(chosen_isa());
  return kernels ? *kernels : kScalarKernels;
}

}  // namespace tandem::cpu
