// The judge: every operation as a plain loop in double, so simple that it can be read
// beside the papers. It is meant to be right, not fast.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/encoder.h"
#include "model/backend.h"

namespace tandem::ref {

/// Operations and types as model/backend.h lists them.
class Backend {
 public:
  struct Tensor {
    int64_t rows = 0, width = 0;
    std::vector<double> values;  // row major

    Tensor() = default;
    Tensor(int64_t rows_, int64_t width_)
        : rows(rows_), width(width_), values(static_cast<size_t>(rows_ * width_)) {}
    double* row(int64_t i) { return values.data() + i * width; }
    const double* row(int64_t i) const { return values.data() + i * width; }
  };
  using Vector = std::vector<double>;
  using Table = Tensor;
  struct Linear {
    Tensor weight;  // [out, in]
    Vector bias;    // empty: none
  };
  struct LayerNorm {
    Vector gain, bias;
    double eps = 0;
  };
  struct PatchEmbedding {
    Tensor weight;  // [width, 3 * patch_height * patch_width]
    int patch_height = 0, patch_width = 0;
  };
  struct Convolution {
    Tensor weight;  // [out, in * kernel * kernel], batch norm folded in
    Vector bias;
    int kernel = 0, stride = 1, padding = 0;
  };
  struct Shared {};

  Backend(const Shared&, const TapListener* listener) : listener_(listener) {}

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
  Tensor table_rows(const Table& table) { return table; }
  Tensor layer_norm(const Tensor& x, const LayerNorm& norm);
  Tensor linear(const Tensor& x, const Linear& weights, const Epilogue<Backend>& epilogue);
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
  const TapListener* listener_;
};

}  // namespace tandem::ref
