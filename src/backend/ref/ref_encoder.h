// Makes the reference backend's encoder.
#pragma once

#include <memory>

#include "backend/encoder.h"

namespace tandem::ref {

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights);

}  // namespace tandem::ref
