// AdamW with decoupled decay (arXiv 1711.05101), clipping and the average of weights.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "train/parameter_groups.h"
#include "train/run_config.h"
#include "train/torch/trainable_model.h"

namespace tandem::torch_train {

/// Of all trained parameters' gradients together.
double gradient_norm(const Parameters& parameters);
/// Multiplies gradients by max_norm / (norm + 1e-6) where norm is larger, as torch's
/// clip_grad_norm_.
void clip_gradients(Parameters& parameters, double norm, double max_norm);

class AdamW {
 public:
  AdamW(const std::vector<ParameterRule>& rules, const OptimizerSection& optimizer);
  /// p *= 1 - lr wd; then p -= lr (m / (1 - beta1^t)) / (sqrt(v) / sqrt(1 - beta2^t) + eps), in
  /// place; clears gradients. What has no gradient stays as it is.
  void step(Parameters& parameters, double lr);
  int64_t steps() const { return steps_; }

  /// "m.NAME", "v.NAME"; nothing before the first step. To go on from a checkpoint: put them in.
  Parameters& moments() { return moments_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  std::vector<ParameterRule> rules_;
  OptimizerSection optimizer_;
  int64_t steps_ = 0;
  Parameters moments_;
};

/// Keeps exp of the stored logarithm within [1, max_scale], as open_clip after each step.
void clamp_logit_scale(Parameters& parameters, double max_scale);

/// average = decay average + (1 - decay) now, in place, for every parameter that is trained; others
/// do not move, and batch norm's statistics are the average's own (TrainableModel::observe). An
/// empty average becomes a copy.
void average_weights(Parameters& average, const Parameters& now, double decay);

}  // namespace tandem::torch_train
