// Float32 inference: packed weights, one product kernel per instruction set, fused epilogues
// and attention, memory that is used again. The operations are those of model/backend.h.
//
// A sum's order depends on nothing but the model, so neither the number of threads nor the
// rest of a batch changes a bit of a result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "backend/cpu/workspace.h"
#include "backend/encoder.h"
#include "kernels/kernels.h"
#include "kernels/packed_matrix.h"
#include "kernels/product.h"
#include "model/backend.h"

namespace tandem::cpu {

class Backend {
 public:
  /// Rows of floats, `stride` apart: leased memory, or a view of another tensor. What owns its
  /// memory has rows of whole panels, so that products may write past the last column.
  class Tensor {
   public:
    int64_t rows = 0, width = 0, stride = 0;

    Tensor() = default;
    Tensor(Workspace& workspace, int64_t rows, int64_t width);
    /// A view.
    Tensor(float* data, int64_t rows, int64_t width, int64_t stride);

    float* row(int64_t i) { return data_ + i * stride; }
    const float* row(int64_t i) const { return data_ + i * stride; }

   private:
    float* data_ = nullptr;
    Buffer buffer_;
  };

  /// Padded with zeros to whole panels.
  struct Vector {
    Floats values;
    int64_t size = 0;
    const float* data() const { return values.data(); }
  };
  /// Rows stay where they are stored, in whatever type, and are converted as they are read.
  struct Table {
    TensorView stored;
    int64_t rows() const { return stored.shape[0]; }
    int64_t width() const { return stored.shape[1]; }
  };
  struct Linear {
    PackedMatrix weight;
    std::optional<Vector> bias;
  };
  struct LayerNorm {
    Vector gain, bias;
    double eps = 0;
  };
  struct PatchEmbedding {
    PackedMatrix weight;
    int patch_height = 0, patch_width = 0;
  };
  struct Convolution {
    PackedMatrix weight;  // terms: kernel rows, kernel columns, channels
    Vector bias;
    int kernel = 0, stride = 1, padding = 0;
  };

  /// What the calls of one encoder share.
  struct Shared {
    const Kernels* kernels = &chosen_kernels();
    std::unique_ptr<WorkspacePool> workspaces = std::make_unique<WorkspacePool>();
  };

  Backend(const Shared& shared, const TapListener* listener);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  Linear linear_weights(const LinearRef& ref);
  LayerNorm layer_norm_weights(const WeightRef& gain, const WeightRef& bias, double eps);
  Vector vector(const WeightRef& ref);
  Vector clamped_exp(Vector values, double max);
  Table table(const WeightRef& ref);
  PatchEmbedding patch_embedding_weights(const WeightRef& ref);
  Convolution convolution_weights(const ConvolutionRef& ref);

  Tensor patch_embedding(const Pixels& pixels, const PatchEmbedding& conv1,
                         const Vector& class_embedding);
  Tensor token_embedding(std::span<const int32_t> ids, const Table& table, const Vector* class_row);
  Tensor add_positions(Tensor x, const Table& table, std::span<const int32_t> position_of_row);
  Tensor table_rows(const Table& table);
  Tensor layer_norm(const Tensor& x, const LayerNorm& norm);
  Tensor linear(const Tensor& x, const Linear& weights, const tandem::Epilogue<Backend>& epilogue);
  Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionShape& shape,
                   const Sequences& sequences, std::span<const int64_t> query_rows);
  Tensor slice_columns(const Tensor& x, int64_t begin, int64_t width);
  Tensor gather_rows(const Tensor& x, std::span<const int64_t> rows);
  Tensor mean_rows(const Tensor& x, const Sequences& sequences, int64_t skip);
  Tensor add(Tensor x, const Tensor& y, const Vector* gamma);
  Tensor normalise(Tensor x, int64_t group);
  Tensor scale_groups(Tensor x, const Vector& factors);
  Map<Backend> pixel_map(const Pixels& pixels);
  Map<Backend> convolution(const Map<Backend>& x, const Convolution& weights,
                           const Tensor* residual, bool relu);
  Map<Backend> average_pool(const Map<Backend>& x, int size);
  Tensor with_mean_row(const Map<Backend>& x);

  bool listening() const { return listener_ != nullptr; }
  void tap(const std::string& name, const Tensor& x, MapSize map);
  void copy(const Tensor& x, double* out) const;

 private:
  Tensor tensor(int64_t rows, int64_t width) { return {*workspace_, rows, width}; }

  const Kernels& kernels_;
  WorkspacePool& workspaces_;
  std::unique_ptr<Workspace> workspace_;
  const TapListener* listener_;
};

/// Calls body(begin, end) for parts of [0, rows), on all threads where the work is worth it:
/// `width` numbers are touched for each row.
void for_rows(int64_t rows, int64_t width,
              const std::function<void(int64_t begin, int64_t end)>& body);

}  // namespace tandem::cpu
