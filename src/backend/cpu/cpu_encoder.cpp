#include "backend/cpu/cpu_encoder.h"

#include "backend/cpu/cpu_backend.h"
#include "backend/encoder_of.h"

namespace tandem::cpu {

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights) {
  return std::make_unique<EncoderOf<Backend>>(config, weights, Backend::Shared());
}

}  // namespace tandem::cpu
