#include "backend/torch/torch_backend.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "backend/torch/cpu_operations.h"
#include "base/fail.h"

namespace tandem::torch_backend {
namespace {

// Nobody differentiates: what this operation has made itself may be overwritten.
bool may_overwrite() { return !at::GradMode::is_enabled(); }

// Nor would what is put in lose precision (autocast: a product is bfloat16, the rest f32).
bool may_overwrite(const at::Tensor& y, const at::Tensor* operand) {
  return may_overwrite() && (operand == nullptr || operand->scalar_type() == y.scalar_type());
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
  if (activation == Activation::quick_gelu) {
    at::Tensor gate = at::sigmoid(x * 1.702);
    return may_overwrite() ? gate.mul_(x) : gate * x;
  }
  return at::gelu(x, activation == Activation::gelu ? "none" : "tanh");
}

cpu::Epilogue::Function function_of(const std::optional<Activation>& activation) {
  using enum cpu::Epilogue::Function;
  if (!activation) return none;
  switch (*activation) {
    case Activation::quick_gelu: return quick_gelu;
    case Activation::gelu: return gelu;
    case Activation::gelu_tanh: return gelu_tanh;
  }
  return none;
}

// Feature maps as libtorch's convolutions take them: [batch, channels, height,
// width] whose memory stays channels last, so that nothing moves.
at::Tensor as_pictures(const Map<Backend>& map) {
  return map.rows.view({map.batch, map.height, map.width, map.rows.size(1)}).permute({0, 3, 1, 2});
}

Map<Backend> as_map(const at::Tensor& pictures) {
  const int64_t channels = pictures.size(1);
  return {pictures.permute({0, 2, 3, 1}).reshape({-1, channels}), pictures.size(0),
          static_cast<int>(pictures.size(2)), static_cast<int>(pictures.size(3))};
}

}  // namespace

template <class Integer>
at::Tensor Backend::indices(std::span<const Integer> values) const {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.data_ptr<int64_t>());
  return tensor.to(shared_.device);
}
template at::Tensor Backend::indices(std::span<const int64_t>) const;
template at::Tensor Backend::indices(std::span<const uint8_t>) const;

// [batch, 3, height, width]. A copy where gradients are taken: backward reads
// the pixels when their owner may be gone.
at::Tensor Backend::pixels_tensor(const Pixels& pixels) const {
  auto* values = const_cast<float*>(pixels.values.data());
  return at::from_blob(values, {pixels.batch, 3, pixels.height, pixels.width}, at::kFloat)
      .to(shared_.device, shared_.dtype, /*non_blocking=*/false, /*copy=*/!may_overwrite());
}

at::Tensor Backend::patch_embedding(const Pixels& pixels, const PatchEmbedding& conv1,
                                    const Vector& class_embedding) {
  const int64_t height = conv1.patch_height, width = conv1.patch_width;
  const int64_t rows = pixels.height / height, columns = pixels.width / width;
  const at::Tensor patches = pixels_tensor(pixels)
                                 .narrow(2, 0, rows * height)
                                 .narrow(3, 0, columns * width)
                                 .reshape({pixels.batch, 3, rows, height, columns, width})
                                 .permute({0, 2, 4, 1, 3, 5})
                                 .reshape({pixels.batch, rows * columns, conv1.weight.size(1)});
  const at::Tensor embedded = at::linear(patches, conv1.weight);
  const int64_t channels = conv1.weight.size(0);
  return at::cat({class_embedding.view({1, 1, -1}).expand({pixels.batch, 1, channels}), embedded},
                 1)
      .view({-1, channels});
}

at::Tensor Backend::token_embedding(std::span<const int32_t> ids, const Table& table,
                                    const Vector* class_row) {
  // A GPU's answer to an index out of range is to stop for good.
  for (const int32_t id : ids)
    if (id >= table.size(0) || id < (class_row ? -1 : 0))
      fail(ErrorKind::bad_input,
           "the token id {} is outside the model's vocabulary of {}; use the model's own tokenizer",
           id, table.size(0));
  const at::Tensor index = indices(ids);
  const at::Tensor x = at::embedding(table, index.clamp_min(0));
  return class_row ? at::where((index < 0).unsqueeze(1), *class_row, x) : x;
}

at::Tensor Backend::add_positions(const Tensor& x, const Table& table,
                                  std::span<const int32_t> position_of_row) {
  return x + at::embedding(table, indices(position_of_row));
}

at::Tensor Backend::layer_norm(const Tensor& product, const LayerNorm& norm) {
  const int64_t group = norm.gain.size(0);
  const at::Tensor x = product.to(norm.gain.scalar_type());  // from bfloat16, under autocast
  if (group == x.size(1)) return at::layer_norm(x, {group}, norm.gain, norm.bias, norm.eps);
  return at::layer_norm(x.reshape({-1, group}), {group}, norm.gain, norm.bias, norm.eps)
      .view({x.size(0), x.size(1)});
}

at::Tensor Backend::linear(const Tensor& x, const Linear& weights,
                           const Epilogue<Backend>& epilogue) {
  if (is_fast() && !epilogue.gamma && !(epilogue.activation && epilogue.residual))
    return cpu_operations::linear(x, weights.weight, weights.bias, function_of(epilogue.activation),
                                  epilogue.residual ? *epilogue.residual : at::Tensor());
  at::Tensor y = weights.bias.defined() ? at::linear(x, weights.weight, weights.bias)
                                        : at::linear(x, weights.weight);
  if (epilogue.activation) y = activate(y, *epilogue.activation);
  if (may_overwrite(y, epilogue.gamma) && may_overwrite(y, epilogue.residual)) {
    if (epilogue.gamma) y.mul_(*epilogue.gamma);
    if (epilogue.residual) y.add_(*epilogue.residual);
    return y;
  }
  if (epilogue.gamma && epilogue.residual)
    return at::addcmul(*epilogue.residual, y, *epilogue.gamma);
  if (epilogue.gamma) return y * *epilogue.gamma;
  return epilogue.residual ? y + *epilogue.residual : y;
}

at::Tensor Backend::slice_columns(const Tensor& x, int64_t begin, int64_t width) {
  return x.narrow(1, begin, width);
}

at::Tensor Backend::gather_rows(const Tensor& x, std::span<const int64_t> rows) {
  return x.index_select(0, indices(rows));
}

at::Tensor Backend::mean_rows(const Tensor& x, const Sequences& sequences, int64_t skip) {
  const int64_t count = sequences.count(), length = x.size(0) / std::max<int64_t>(1, count);
  if (sequences.offsets == Sequences::uniform(count, length, sequences.attends).offsets)
    return x.reshape({count, length, x.size(1)}).narrow(1, skip, length - skip).mean(1);
  std::vector<int64_t> rows, sequence_of, lengths;
  for (int64_t s = 0; s < count; ++s) {
    const int64_t begin = sequences.offsets[s] + skip, end = sequences.offsets[s + 1];
    lengths.push_back(end - begin);
    for (int64_t row = begin; row < end; ++row) {
      rows.push_back(row);
      sequence_of.push_back(s);
    }
  }
  const at::Tensor sums =
      at::zeros({count, x.size(1)}, x.options())
          .index_add(0, indices(std::span(std::as_const(sequence_of))), gather_rows(x, rows));
  return sums / indices(std::span(std::as_const(lengths))).unsqueeze(1);
}

at::Tensor Backend::add(const Tensor& x, const Tensor& y, const Vector* gamma) {
  return gamma ? at::addcmul(x, y, *gamma) : x + y;
}

at::Tensor Backend::normalise(const Tensor& x, int64_t group) {
  const at::Tensor groups = x.reshape({x.size(0), -1, group});
  // 1e-12: the floor of torch's functional.normalize.
  const at::Tensor length =
      at::linalg_vector_norm(groups, 2, {-1}, /*keepdim=*/true).clamp_min(1e-12);
  return (groups / length).view({x.size(0), x.size(1)});
}

at::Tensor Backend::scale_groups(const Tensor& x, const Vector& factors) {
  const int64_t groups = factors.size(0);
  return (x.reshape({x.size(0), groups, x.size(1) / groups}) * factors.unsqueeze(1))
      .view({x.size(0), x.size(1)});
}

Map<Backend> Backend::pixel_map(const Pixels& pixels) { return as_map(pixels_tensor(pixels)); }

Map<Backend> Backend::convolution(const Map<Backend>& x, const Convolution& weights,
                                  const Tensor* residual, bool relu) {
  const int64_t out = weights.weight.size(0);
  Map<Backend> y = x;
  if (weights.weight.size(2) == 1 && weights.stride == 1 && weights.padding == 0)
    y.rows = at::linear(x.rows, weights.weight.view({out, -1}), weights.bias);
  else
    y = as_map(
        at::conv2d(as_pictures(x), weights.weight, weights.bias, weights.stride, weights.padding));
  if (weights.norm) {
    const BatchNorm& norm = *weights.norm;
    y.rows = at::batch_norm(y.rows, norm.gain, norm.bias, norm.mean, norm.variance,
                            /*training=*/true, /*momentum=*/0.1, norm.eps, /*cudnn_enabled=*/true);
  }
  if (may_overwrite(y.rows, residual)) {
    if (residual) y.rows.add_(*residual);
    if (relu) y.rows.relu_();
    return y;
  }
  if (residual) y.rows = y.rows + *residual;
  if (relu) y.rows = at::relu(y.rows);
  return y;
}

Map<Backend> Backend::average_pool(const Map<Backend>& x, int size) {
  return as_map(at::avg_pool2d(as_pictures(x), size, size));
}

at::Tensor Backend::with_mean_row(const Map<Backend>& x) {
  const int64_t channels = x.rows.size(1);
  const at::Tensor pictures = x.rows.view({x.batch, -1, channels});
  return at::cat({pictures.mean(1, /*keepdim=*/true), pictures}, 1).view({-1, channels});
}

void Backend::tap(const std::string& name, const Tensor& x, MapSize map) {
  std::vector<double> values(static_cast<size_t>(x.numel()));
  copy(x, values.data());
  (*listener_)(name, x.size(0), x.size(1), map, std::move(values));
}

void Backend::copy(const Tensor& x, double* out) const {
  const at::Tensor values = x.detach().to(at::kCPU, at::kDouble).contiguous();
  std::copy_n(values.data_ptr<double>(), values.numel(), out);
}

}  // namespace tandem::torch_backend
