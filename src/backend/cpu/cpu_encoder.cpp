#include "backend/cpu/cpu_encoder.h"

#include "backend/ref/ref_encoder.h"

namespace tandem::cpu {

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights) {
  return ref::make_encoder(config, weights);
}

}  // namespace tandem::cpu
