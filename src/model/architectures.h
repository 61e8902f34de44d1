// Architectures by name, and random weights for them: for benchmarks and tests of true
// size without a download.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "model/config.h"

namespace tandem {

/// "ViT-B/32", "ViT-L/14-336", "RN50x4", "ViT-bigG/14"...: the published sizes.
std::vector<std::string> known_architectures();

/// Error: bad_input naming the known ones.
ModelConfig architecture_named(const std::string& name);

/// Weights in the table's shapes: gains near 1, the rest normal with a width's
/// standard deviation, so that activations stay in the range of real models.
/// The same seed gives the same weights.
TensorStore random_weights(const ModelConfig& config, uint64_t seed);

}  // namespace tandem
