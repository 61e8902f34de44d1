// Kernels that training needs beside those of kernels.h, whose rules hold here too: gradients of
// attention and of activations, sums over rows.
#pragma once

#include "kernels/kernels.h"

namespace tandem::cpu {

/// The gradient of one head of one sequence. Of `head`: q, k, v, their strides, the counts,
/// `scale`, `visible`, and the statistics that `attend` wrote; nothing may be hidden. dq, dk, dv
/// are written, not added to; keys that no query sees get zeros.
struct HeadGradient {
  Head head;
  const float* dy = nullptr;
  float *dq = nullptr, *dk = nullptr, *dv = nullptr;
  int64_t dy_stride = 0, dq_stride = 0, dk_stride = 0, dv_stride = 0;
};

/// What follows the product of a linear layer. Matrices are [rows, columns], one row behind the
/// other; bias and residual may be null.
struct LinearOutput {
  float* x = nullptr;  ///< the product, to which the bias is added
  float* y = nullptr;  ///< function(x) + residual; may be x
  const float* bias = nullptr;
  const float* residual = nullptr;
  int64_t rows = 0, columns = 0;
  Epilogue::Function function = Epilogue::Function::none;
};

/// Rows [rows, columns], one behind the other.
struct ActivationGradient {
  const float* x = nullptr;   ///< what the activation was taken of
  const float* dy = nullptr;  ///< of its result
  float* dx = nullptr;        ///< may be dy
  int64_t rows = 0, columns = 0;
  Epilogue::Function function = Epilogue::Function::none;
  float* sums = nullptr;  ///< [columns], to which dx's rows are added
};

struct TrainingKernels {
  /// Floats of scratch, 64-byte aligned, that attend_backward needs.
  int64_t (*attention_scratch)(int64_t keys, int64_t width);
  void (*attend_backward)(const HeadGradient& gradient, float* scratch);
  void (*finish_linear)(const LinearOutput& output);
  void (*activate_backward)(const ActivationGradient& gradient);
  /// sums[columns] += x's rows, which are `stride` apart.
  void (*add_rows)(const float* x, int64_t stride, int64_t rows, int64_t columns, float* sums);
};

/// The table for chosen_isa(), or the next plainer one. Errors: those of chosen_isa().
const TrainingKernels& chosen_training_kernels();
/// The table that goes with an instruction set's other kernels.
const TrainingKernels& training_kernels_beside(const Kernels& kernels);

extern const TrainingKernels kScalarTrainingKernels;
extern const TrainingKernels kAvx2TrainingKernels;
extern const TrainingKernels kAvx512TrainingKernels;

}  // namespace tandem::cpu
