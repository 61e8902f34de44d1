// The table of a vector type's training kernels. For the rules of this header see kernels.h.
#pragma once

#include "kernels/simd_activation.h"
#include "kernels/simd_attention_backward.h"

namespace tandem::cpu {

template <class V>
constexpr TrainingKernels training_kernels_with() {
  return {.attention_scratch = AttentionBackwardOf<V>::scratch,
          .attend_backward = AttentionBackwardOf<V>::attend_backward,
          .finish_linear = ActivationOf<V>::finish_linear,
          .activate_backward = ActivationOf<V>::activate_backward,
          .add_rows = ActivationOf<V>::add_rows};
}

}  // namespace tandem::cpu
