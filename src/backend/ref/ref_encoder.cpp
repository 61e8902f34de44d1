#include "backend/ref/ref_encoder.h"

#include "backend/encoder_of.h"
#include "backend/ref/ref_backend.h"

namespace tandem::ref {

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights) {
  return std::make_unique<EncoderOf<Backend>>(config, weights, Backend::Shared());
}

}  // namespace tandem::ref
