#include "backend/cpu/cpu_encoder.h"
#include "backend/encoder.h"
#include "backend/ref/ref_encoder.h"
#include "backend/torch_library.h"

namespace tandem {

const char* name_of(BackendKind kind) {
  switch (kind) {
    case BackendKind::ref: return "ref";
    case BackendKind::cpu: return "cpu";
    case BackendKind::torch: return "torch";
  }
  return "";
}

std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights,
                                      const EncoderOptions& options) {
  switch (options.backend) {
    case BackendKind::ref: return ref::make_encoder(config, weights);
    case BackendKind::cpu: return cpu::make_encoder(config, weights);
    case BackendKind::torch: return make_torch_encoder(config, weights, options.device);
  }
  return nullptr;
}

}  // namespace tandem
