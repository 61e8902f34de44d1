#include "kernels/kernels.h"

#include "kernels/training_kernels.h"

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

const TrainingKernels& training_kernels_beside(const Kernels& kernels) {
  switch (kernels.isa) {
#if defined(__x86_64__)
    case Isa::avx2: return kAvx2TrainingKernels;
    case Isa::avx512: return kAvx512TrainingKernels;
#endif
    default: return kScalarTrainingKernels;
  }
}

const TrainingKernels& chosen_training_kernels() {
  return training_kernels_beside(chosen_kernels());
}

}  // namespace tandem::cpu
