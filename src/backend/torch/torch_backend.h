// libtorch as a backend: runs on CPUs and GPUs, and every operation can be
// differentiated by autograd, so that training runs the same towers as inference.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/encoder.h"
#include "backend/torch/attention_plan.h"
#include "model/transformer.h"

namespace tandem::torch_backend {

/// What the calls of one model share.
struct Shared {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  ///< activations; kDouble checks gradients
  /// A trainer's leaves by canonical name, whole tensors: prepared weights are
  /// then views of them and gradients reach them. Empty for inference: prepared
  /// weights then stand on the checkpoint's memory, or are its copies.
  std::map<std::string, at::Tensor, std::less<>> parameters{};
  /// Batch norm takes the batch's statistics and moves the running ones (momentum 0.1), but for
  /// layers whose parameters ask for no gradient.
  bool training = false;
  /// Products and convolutions in bfloat16, the rest and the parameters in f32 (autocast); for
  /// whom an Autocast stands around the calls.
  bool bf16 = false;
  /// What cpu_operations.h has faster than libtorch's general operations; false: these alone, which
  /// the fast ones are held against.
  bool fused = true;
  /// Residual attention blocks keep their input alone and are computed again backward; `Shared`
  /// must then outlive the graph.
  bool recompute_blocks = false;
};

/// Switches bfloat16 on for the calls of this thread while it lives, where `shared` asks for it.
class Autocast {
 public:
  explicit Autocast(const Shared& shared);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_, cuda_, was_caching_ = false;
};

/// "cpu", "cuda" or "cuda:1". Errors: bad_input for another name, unsupported
/// where this libtorch or machine has no such device.
at::Device device_named(const std::string& name);

/// A tensor of the checkpoint on the shared device and dtype; borrows its
/// memory where nothing has to change.
at::Tensor to_tensor(const TensorView& view, const Shared& shared);

/// Fills `shared.parameters` with a copy of every weight of the model. All but
/// batch norm's statistics ask for gradients.
void keep_parameters(Shared& shared, const ModelConfig& config, const TensorStore& weights);

/// Operations and types as model/backend.h lists them. A tensor is [rows,
/// width] and may be a view. Without gradients a result that nobody else holds
/// may be overwritten; with them nothing is written in place. One Backend
/// serves one thread; pixels are borrowed until the operation returns.
class Backend {
 public:
  using Tensor = at::Tensor;
  using Vector = at::Tensor;
  using Table = at::Tensor;
  struct Linear {
    at::Tensor weight;  // [out, in]
    at::Tensor bias;    // undefined: none
  };
  struct LayerNorm {
    at::Tensor gain, bias;
    double eps = 0;
  };
  struct PatchEmbedding {
    at::Tensor weight;  // [width, 3 * patch_height * patch_width]
    int64_t patch_height = 0, patch_width = 0;
  };
  struct BatchNorm {
    at::Tensor gain, bias, mean, variance;
    double eps = 0;
  };
  struct Convolution {
    at::Tensor weight;                // [out, in, kernel, kernel]
    at::Tensor bias;                  // batch norm folded in; undefined with `norm`
    std::optional<BatchNorm> norm{};  // training: nothing is folded
    int stride = 1, padding = 0;
  };
  using Shared = torch_backend::Shared;

  Backend(const Shared& shared, const TapListener* listener)
      : shared_(shared), listener_(listener) {}

  Linear linear_weights(const LinearRef& ref);
  LayerNorm layer_norm_weights(const WeightRef& gain, const WeightRef& bias, double eps);
  Vector vector(const WeightRef& ref);
  Vector clamped_exp(const Vector& values, double max);
  Table table(const WeightRef& ref);
  PatchEmbedding patch_embedding_weights(const WeightRef& ref);
  Convolution convolution_weights(const ConvolutionRef& ref);

  Tensor patch_embedding(const Pixels& pixels, const PatchEmbedding& conv1,
                         const Vector& class_embedding);
  Tensor token_embedding(std::span<const int32_t> ids, const Table& table, const Vector* class_row);
  Tensor add_positions(const Tensor& x, const Table& table,
                       std::span<const int32_t> position_of_row);
  Tensor table_rows(const Table& table) { return table; }
  Tensor layer_norm(const Tensor& x, const LayerNorm& norm);
  Tensor linear(const Tensor& x, const Linear& weights, const Epilogue<Backend>& epilogue);
  Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionShape& shape,
                   const Sequences& sequences, std::span<const int64_t> query_rows);
  Tensor slice_columns(const Tensor& x, int64_t begin, int64_t width);
  Tensor gather_rows(const Tensor& x, std::span<const int64_t> rows);
  Tensor mean_rows(const Tensor& x, const Sequences& sequences, int64_t skip);
  Tensor add(const Tensor& x, const Tensor& y, const Vector* gamma);
  Tensor normalise(const Tensor& x, int64_t group);
  Tensor scale_groups(const Tensor& x, const Vector& factors);
  Map<Backend> pixel_map(const Pixels& pixels);
  Map<Backend> convolution(const Map<Backend>& x, const Convolution& weights,
                           const Tensor* residual, bool relu);
  Map<Backend> average_pool(const Map<Backend>& x, int size);
  Tensor with_mean_row(const Map<Backend>& x);

  bool listening() const { return listener_ != nullptr; }
  void tap(const std::string& name, const Tensor& x, MapSize map);
  void copy(const Tensor& x, double* out) const;
  const Shared& shared() const { return shared_; }

 private:
  /// A plan's indices on the device, and the sequences that it is for: the
  /// blocks of a tower ask for the same one again and again.
  struct Plan {
    Sequences sequences;
    std::vector<int64_t> asked_rows;
    int64_t groups = 0, queries = 0, keys = 0;
    at::Tensor query_rows, key_rows, result_slots;  // undefined: rows are in place
    at::Tensor mask;  // added to the scores, [groups or 1, 1, queries or 1, keys]; undefined: none
    bool triangle = false;
  };

  at::Tensor parameter(const WeightRef& ref) const;
  /// Whether cpu_operations.h serves what this backend computes.
  bool is_fast() const {
    return shared_.fused && shared_.device.is_cpu() && shared_.dtype == at::kFloat &&
           !shared_.bf16;
  }
  template <class Integer>
  at::Tensor indices(std::span<const Integer> values) const;
  at::Tensor pixels_tensor(const Pixels& pixels) const;
  at::Tensor attention_mask(const AttentionPlan& plan) const;
  const Plan& plan_for(const Sequences& sequences, std::span<const int64_t> query_rows);

  const Shared& shared_;
  const TapListener* listener_;
  std::optional<Plan> plan_;
};

/// A block of a tower, for which model/transformer.h finds this overload: as written there, or with
/// its activations computed again backward.
at::Tensor forward(Backend& b, const ResidualAttentionBlock<Backend>& block,
                   const TransformerConfig& config, at::Tensor x, const Sequences& sequences,
                   std::span<const int64_t> query_rows);

}  // namespace tandem::torch_backend
