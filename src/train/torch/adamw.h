// AdamW with decoupled decay (arXiv 1711.05101), clipping and the average of weights.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "train/parameter_groups.h"
#include "train/run_config.h"

namespace tandem::torch_train {

using Parameters = std::map<std::string, at::Tensor, std::less<>>;

/// Of all trained parameters' gradients together.
double gradient_norm(const Parameters& parameters);
/// Multiplies gradients by max_norm / (norm + 1e-6) where norm is larger, as torch's
/// clip_grad_norm_.
void clip_gradients(Parameters& parameters, double norm, double max_norm);

class AdamW {
 public:
  AdamW(const std::vector<ParameterRule>& rules, const OptimizerSection& optimizer);
  /// p *= 1 - lr wd; then p -= lr (m / (1 - beta1^t)) / (sqrt(v) / sqrt(1 - beta2^t) + eps), in
  /// place; clears gradients.
  void step(Parameters& parameters, double lr);
  int64_t steps() const;

  /// "m.NAME", "v.NAME"; nothing before the first step.
  Parameters& moments();
  void set_steps(int64_t steps);
};

}  // namespace tandem::torch_train
