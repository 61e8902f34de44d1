// Makes the CPU backend's encoder: float32, vectorised, on the process's pool of threads.
#pragma once

#include <memory>

#include "backend/encoder.h"

namespace tandem::cpu {

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights);

}  // namespace tandem::cpu
