// Weights before the first step.
#pragma once

#include <cstdint>

#include "base/tensor.h"
#include "model/config.h"
#include "train/run_config.h"

namespace tandem {

/// The reference's initialisation (open_clip/transformer.py, modified_resnet.py, init_parameters):
/// f32 in the table's shapes; the same seed gives the same bits on every machine. logit_scale and
/// logit_bias as the loss section says.
TensorStore initial_weights(const ModelConfig& config, const LossSection& loss, uint64_t seed);

}  // namespace tandem
