// A model's towers, prepared for a backend: the face that the engine sees.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/backend.h"
#include "model/text_transformer.h"

namespace tandem {

enum class BackendKind {
  ref,    ///< plain loops in double: the judge
  cpu,    ///< fast float32 inference
  torch,  ///< libtorch, opened at run time: training and GPUs
};

const char* name_of(BackendKind kind);

/// Called with every intermediate value that a tower taps: values row by row,
/// and for feature maps their size (batch 0 for other values).
using TapListener = std::function<void(const std::string& name, int64_t rows, int64_t width,
                                       MapSize map, std::vector<double> values)>;

/// Where results go: either may be null. [n, embed_dim] each.
struct EncoderOutput {
  double* features = nullptr;    ///< before normalisation
  double* embeddings = nullptr;  ///< of length 1
};

/// Immutable once made; safe to call from many threads at once.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Errors: unsupported where the model has no such tower. A listener
  /// switches pruning off; texts must then be padded.
  virtual void encode_image(const Pixels& pixels, const EncoderOutput& output,
                            const TapListener& listener = {}) const = 0;
  virtual void encode_text(const TextBatch& batch, const EncoderOutput& output,
                           const TapListener& listener = {}) const = 0;
};

struct EncoderOptions {
  BackendKind backend = BackendKind::cpu;
  std::string device = "cpu";  ///< torch: "cpu", "cuda", "cuda:1"
};

/// Prepares the towers that `config` has. `weights` (canonical names, checked)
/// must outlive the encoder. Errors: unsupported where the backend or device
/// is not there, naming the package that brings it.
std::unique_ptr<Encoder> make_encoder(const ModelConfig& config, const TensorStore& weights,
                                      const EncoderOptions& options);

}  // namespace tandem
