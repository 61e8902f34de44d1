// The one list of a model's weights: loading, saving, name mapping, shape errors,
// optimiser groups and `inspect` all read it.
#pragma once

#include <string>
#include <vector>

#include "base/tensor.h"
#include "model/config.h"

namespace tandem {

enum class WeightRole {
  matrix,       ///< multiplied with activations
  convolution,  ///< [out, in, height, width]
  gain,         ///< a norm's or layer scale's factor
  bias,
  embedding,  ///< looked up or added: tokens, positions, class rows, pooler queries
  scale,      ///< logit_scale, logit_bias, factors per head
  statistic,  ///< batch norm's running mean and variance: no parameter
};

const char* name_of(WeightRole role);

struct WeightSpec {
  std::string
      name;  ///< canonical: openai/CLIP's; open_clip's where that has none; text without "text."
  Shape shape;
  WeightRole role;
};

/// Every weight of the model, image tower first, in the order of computation.
std::vector<WeightSpec> weight_table(const ModelConfig& config);

/// Checks a store against the table. Errors (bad_model, naming the file, the
/// tensor, both shapes): missing, of another shape, not floating point. A
/// scalar may be stored as [1]. Tensors that no table names are left alone.
void check_weights(const TensorStore& weights, const ModelConfig& config, const std::string& name);

/// Parameters of the model (statistics left out).
int64_t parameter_count(const ModelConfig& config);

}  // namespace tandem
