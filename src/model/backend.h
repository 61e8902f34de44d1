// What a backend offers to the towers: the vocabulary in which a tower is written.
//
// A backend is a class B (ref, cpu, torch) with the types
//   Tensor     rows x width numbers; movable
//   Linear, LayerNorm, Vector, Table, PatchEmbedding, Convolution   prepared weights
// prepared once from the checkpoint's tensors by
//   Linear linear_weights(LinearRef)
//   LayerNorm layer_norm_weights(WeightRef gain, WeightRef bias, double eps)
//   Vector vector(WeightRef)                      a gain, a class embedding, factors per head
//   Vector clamped_exp(Vector, double max)        exp(min(v, max)) of each element
//   Table table(WeightRef)                        [rows, width]: embeddings, positions
//   PatchEmbedding patch_embedding_weights(WeightRef)   [width, 3, patch_height, patch_width]
//   Convolution convolution_weights(ConvolutionRef)     batch norm folded in
// and the operations below. A backend may fuse inside an operation, never across
// them; an operation that takes its first tensor by value may work in place.
//   Tensor patch_embedding(Pixels, PatchEmbedding, const Vector& class_embedding)
//       rows of one picture: the class embedding, then patches from left to right, top to bottom
//   Tensor token_embedding(span<const int32_t> ids, Table, const Vector* class_row)
//       the id -1 takes class_row
//   Tensor add_positions(Tensor, Table, span<const int32_t> position_of_row)
//   Tensor table_rows(Table)                      the table as activations
//   Tensor layer_norm(const Tensor&, LayerNorm)   over each group of LayerNorm-many columns
//   Tensor linear(const Tensor&, Linear, Epilogue<B>)
//   Tensor attention(q, k, v, AttentionShape, Sequences, span<const int64_t> query_rows)
//       q, k, v: slices allowed; query_rows empty: q has a row per row of the sequences; else q
//       row i stands at that row of the sequences (for Attends::all any row of its sequence)
//   Tensor slice_columns(const Tensor&, int64_t begin, int64_t width)   must not outlive its source
//   Tensor gather_rows(const Tensor&, span<const int64_t> rows)
//   Tensor mean_rows(const Tensor&, Sequences, int64_t skip)   one row a sequence, without its
//       first `skip` rows
//   Tensor add(Tensor x, const Tensor& y, const Vector* gamma)  x + gamma * y
//   Tensor normalise(Tensor, int64_t group)       to length 1 over each group of columns
//   Tensor scale_groups(Tensor, Vector)           factor i multiplies the i-th group of columns
//   Map<B> pixel_map(Pixels)                      channels last
//   Map<B> convolution(const Map<B>&, Convolution, const Tensor* residual, bool relu)
//   Map<B> average_pool(const Map<B>&, int size)
//   Tensor with_mean_row(const Map<B>&)           per picture: the mean of its rows, its rows
//   bool listening(); void tap(string name, const Tensor&, MapSize)   see tap() below
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/fail.h"
#include "base/tensor.h"
#include "model/config.h"
#include "model/sequences.h"

namespace tandem {

/// A batch of normalised pictures, [batch, 3, height, width]; borrowed.
struct Pixels {
  std::span<const float> values;
  int64_t batch = 0;
  int height = 0;
  int width = 0;
};

/// A weight as a tower asks for it. `name` is the canonical one (the torch
/// backend keeps parameters by it); `tensor` may be some of the rows of the
/// stored one, from `row_begin` on.
struct WeightRef {
  std::string name;
  TensorView tensor;
  int64_t row_begin = 0;
};

/// y = x W^T + b with W [out, in] as torch stores it; transposed: y = x W + b
/// with W [in, out] (CLIP's projections).
struct LinearRef {
  WeightRef weight;
  std::optional<WeightRef> bias{};
  bool transposed = false;
};

/// A 2-d convolution [out, in, kernel, kernel] without bias, followed by batch
/// norm with running statistics.
struct ConvolutionRef {
  WeightRef weight;
  WeightRef gain, bias, mean, variance;
  double eps = 1e-5;
  int stride = 1;
  int padding = 0;
};

/// What follows a product, in this order: activation, gamma (layer scale, a
/// factor per column), residual.
template <class B>
struct Epilogue {
  std::optional<Activation> activation{};
  const typename B::Vector* gamma = nullptr;
  const typename B::Tensor* residual = nullptr;
};

/// Head h has the columns [h * width / heads, (h + 1) * width / heads).
struct AttentionShape {
  int heads = 1;
  double scale = 1;  ///< multiplies q k^T
};

/// Feature maps, channels last: row (b * height + y) * width + x.
template <class B>
struct Map {
  typename B::Tensor rows;
  int64_t batch = 0;
  int height = 0;
  int width = 0;
};

/// The stored tensor of a canonical name. Error: bad_model where it is missing.
inline WeightRef weight(const TensorStore& weights, const std::string& name) {
  const TensorView* tensor = weights.find(name);
  if (tensor == nullptr)
    fail(ErrorKind::bad_model, "the weights have no tensor \"{}\"; the file is incomplete", name);
  return {name, *tensor, 0};
}

/// Rows [begin, begin + count) of a weight.
inline WeightRef rows(const WeightRef& whole, int64_t begin, int64_t count) {
  return {whole.name, whole.tensor.rows(begin, count), whole.row_begin + begin};
}

/// Feature maps' sizes, for a tap on one (its rows are channels last).
struct MapSize {
  int64_t batch = 0;
  int height = 0;
  int width = 0;
};

/// Names an intermediate value for whoever listens (the names of the golden
/// cases). The name is put together only then.
template <class B, class... Parts>
void tap(B& b, const typename B::Tensor& x, const Parts&... parts) {
  if (b.listening()) b.tap((std::string() + ... + fmt::format("{}", parts)), x, MapSize{});
}

template <class B, class... Parts>
void tap(B& b, const Map<B>& map, const Parts&... parts) {
  if (b.listening())
    b.tap((std::string() + ... + fmt::format("{}", parts)), map.rows,
          MapSize{map.batch, map.height, map.width});
}

}  // namespace tandem
