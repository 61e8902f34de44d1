#include "backend/ref/ref_backend.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/thread_pool.h"

namespace tandem::ref {
namespace {

using Tensor = Backend::Tensor;

double activate(double x, Activation activation) {
  switch (activation) {
    case Activation::quick_gelu: return x / (1 + std::exp(-1.702 * x));
    case Activation::gelu: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
  return x;
}

double dot(const double* a, const double* b, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// The rows that row `query` of sequence `s` attends to.
std::vector<int64_t> attended_rows(const Sequences& sequences, int64_t s, int64_t query) {
  std::vector<int64_t> rows;
  if (sequences.attends == Sequences::Attends::ancestors) {
    for (int64_t row = query; row >= 0; row = sequences.parents[row]) rows.push_back(row);
  } else {
    const bool all = sequences.attends == Sequences::Attends::all;
    const int64_t end = all ? sequences.offsets[s + 1] : query + 1;
    for (int64_t row = sequences.offsets[s]; row < end; ++row) rows.push_back(row);
  }
  if (!sequences.hidden.empty())
    std::erase_if(rows, [&](int64_t row) { return sequences.hidden[row] != 0; });
  return rows;
}

void softmax(std::vector<double>& values) {
  if (values.empty()) return;
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - largest);
  for (double& value : values) value /= sum;
}

}  // namespace

Backend::Linear Backend::linear_weights(const LinearRef& ref) {
  const Tensor stored = table(ref.weight);
  Linear linear{.bias = ref.bias ? vector(*ref.bias) : Vector()};
  if (!ref.transposed) {
    linear.weight = stored;
    return linear;
  }
  linear.weight = Tensor(stored.width, stored.rows);
  for (int64_t in = 0; in < stored.rows; ++in)
    for (int64_t out = 0; out < stored.width; ++out)
      linear.weight.row(out)[in] = stored.row(in)[out];
  return linear;
}

Backend::LayerNorm Backend::layer_norm_weights(const WeightRef& gain, const WeightRef& bias,
                                               double eps) {
  return {vector(gain), vector(bias), eps};
}

Backend::Vector Backend::vector(const WeightRef& ref) { return to_double(ref.tensor); }

Backend::Vector Backend::clamped_exp(Vector values, double max) {
  for (double& value : values) value = std::exp(std::min(value, max));
  return values;
}

Backend::Table Backend::table(const WeightRef& ref) {
  Tensor table(ref.tensor.shape[0], ref.tensor.shape[1]);
  table.values = to_double(ref.tensor);
  return table;
}

Backend::PatchEmbedding Backend::patch_embedding_weights(const WeightRef& ref) {
  const auto& shape = ref.tensor.shape;
  PatchEmbedding conv1{.weight = Tensor(shape[0], 3 * shape[2] * shape[3]),
                       .patch_height = static_cast<int>(shape[2]),
                       .patch_width = static_cast<int>(shape[3])};
  conv1.weight.values = to_double(ref.tensor);
  return conv1;
}

Backend::Convolution Backend::convolution_weights(const ConvolutionRef& ref) {
  const auto& shape = ref.weight.tensor.shape;
  const Vector gain = vector(ref.gain), mean = vector(ref.mean), variance = vector(ref.variance);
  Convolution folded{.weight = Tensor(shape[0], shape[1] * shape[2] * shape[3]),
                     .bias = vector(ref.bias),
                     .kernel = static_cast<int>(shape[2]),
                     .stride = ref.stride,
                     .padding = ref.padding};
  folded.weight.values = to_double(ref.weight.tensor);
  for (int64_t out = 0; out < shape[0]; ++out) {
    const double factor = gain[out] / std::sqrt(variance[out] + ref.eps);
    for (int64_t i = 0; i < folded.weight.width; ++i) folded.weight.row(out)[i] *= factor;
    folded.bias[out] -= mean[out] * factor;
  }
  return folded;
}

Tensor Backend::patch_embedding(const Pixels& pixels, const PatchEmbedding& conv1,
                                const Vector& class_embedding) {
  const int64_t height = conv1.patch_height, width = conv1.patch_width;
  const int64_t grid_height = pixels.height / height, grid_width = pixels.width / width;
  const int64_t length = grid_height * grid_width + 1;
  Tensor x(pixels.batch * length, conv1.weight.rows);
  parallel_for(x.rows, [&](int64_t row) {
    const int64_t picture = row / length, patch = row % length - 1;
    if (patch < 0)
      return void(std::copy(class_embedding.begin(), class_embedding.end(), x.row(row)));
    std::vector<double> values;
    for (int64_t channel = 0; channel < 3; ++channel)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t column = 0; column < width; ++column)
          values.push_back(pixels.values[((picture * 3 + channel) * pixels.height +
                                          patch / grid_width * height + y) *
                                             pixels.width +
                                         patch % grid_width * width + column]);
    for (int64_t out = 0; out < x.width; ++out)
      x.row(row)[out] = dot(values.data(), conv1.weight.row(out), conv1.weight.width);
  });
  return x;
}

Tensor Backend::token_embedding(std::span<const int32_t> ids, const Table& table,
                                const Vector* class_row) {
  Tensor x(static_cast<int64_t>(ids.size()), table.width);
  for (int64_t row = 0; row < x.rows; ++row) {
    const double* from = ids[row] < 0 ? class_row->data() : table.row(ids[row]);
    std::copy(from, from + x.width, x.row(row));
  }
  return x;
}

Tensor Backend::add_positions(Tensor x, const Table& table,
                              std::span<const int32_t> position_of_row) {
  for (int64_t row = 0; row < x.rows; ++row)
    for (int64_t i = 0; i < x.width; ++i) x.row(row)[i] += table.row(position_of_row[row])[i];
  return x;
}

Tensor Backend::layer_norm(const Tensor& x, const LayerNorm& norm) {
  const auto group = static_cast<int64_t>(norm.gain.size());
  Tensor y(x.rows, x.width);
  for (int64_t begin = 0; begin < x.rows * x.width; begin += group) {
    const double* from = x.values.data() + begin;
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < group; ++i) mean += from[i] / static_cast<double>(group);
    for (int64_t i = 0; i < group; ++i)
      variance += (from[i] - mean) * (from[i] - mean) / static_cast<double>(group);
    for (int64_t i = 0; i < group; ++i)
      y.values[begin + i] =
          (from[i] - mean) / std::sqrt(variance + norm.eps) * norm.gain[i] + norm.bias[i];
  }
  return y;
}

Tensor Backend::linear(const Tensor& x, const Linear& weights, const Epilogue<Backend>& epilogue) {
  Tensor y(x.rows, weights.weight.rows);
  parallel_for(y.rows, [&](int64_t row) {
    for (int64_t out = 0; out < y.width; ++out) {
      double value = dot(x.row(row), weights.weight.row(out), x.width);
      if (!weights.bias.empty()) value += weights.bias[out];
      if (epilogue.activation) value = activate(value, *epilogue.activation);
      if (epilogue.gamma) value *= (*epilogue.gamma)[out];
      if (epilogue.residual) value += epilogue.residual->row(row)[out];
      y.row(row)[out] = value;
    }
  });
  return y;
}

Tensor Backend::attention(const Tensor& q, const Tensor& k, const Tensor& v,
                          const AttentionShape& shape, const Sequences& sequences,
                          std::span<const int64_t> query_rows) {
  Tensor y(q.rows, q.width);
  const int64_t head_width = q.width / shape.heads;
  parallel_for(q.rows, [&](int64_t i) {
    const int64_t query = query_rows.empty() ? i : query_rows[i];
    const auto s = std::upper_bound(sequences.offsets.begin(), sequences.offsets.end(), query) -
                   sequences.offsets.begin() - 1;
    const auto rows = attended_rows(sequences, s, query);
    std::vector<double> weights(rows.size());
    for (int64_t begin = 0; begin < q.width; begin += head_width) {
      for (size_t j = 0; j < rows.size(); ++j)
        weights[j] = shape.scale * dot(q.row(i) + begin, k.row(rows[j]) + begin, head_width);
      softmax(weights);
      for (size_t j = 0; j < rows.size(); ++j)
        for (int64_t c = begin; c < begin + head_width; ++c)
          y.row(i)[c] += weights[j] * v.row(rows[j])[c];
    }
  });
  return y;
}

Tensor Backend::slice_columns(const Tensor& x, int64_t begin, int64_t width) {
  Tensor y(x.rows, width);
  for (int64_t row = 0; row < x.rows; ++row)
    std::copy(x.row(row) + begin, x.row(row) + begin + width, y.row(row));
  return y;
}

Tensor Backend::gather_rows(const Tensor& x, std::span<const int64_t> rows) {
  Tensor y(static_cast<int64_t>(rows.size()), x.width);
  for (int64_t i = 0; i < y.rows; ++i)
    std::copy(x.row(rows[i]), x.row(rows[i]) + x.width, y.row(i));
  return y;
}

Tensor Backend::mean_rows(const Tensor& x, const Sequences& sequences, int64_t skip) {
  Tensor y(sequences.count(), x.width);
  for (int64_t s = 0; s < y.rows; ++s) {
    const int64_t begin = sequences.offsets[s] + skip, end = sequences.offsets[s + 1];
    for (int64_t row = begin; row < end; ++row)
      for (int64_t i = 0; i < x.width; ++i)
        y.row(s)[i] += x.row(row)[i] / static_cast<double>(end - begin);
  }
  return y;
}

Tensor Backend::add(Tensor x, const Tensor& y, const Vector* gamma) {
  for (int64_t row = 0; row < x.rows; ++row)
    for (int64_t i = 0; i < x.width; ++i)
      x.row(row)[i] += (gamma ? (*gamma)[i] : 1.0) * y.row(row)[i];
  return x;
}

Tensor Backend::normalise(Tensor x, int64_t group) {
  for (int64_t begin = 0; begin < x.rows * x.width; begin += group) {
    double* values = x.values.data() + begin;
    // 1e-12: the floor of torch's functional.normalize.
    const double length = std::max(std::sqrt(dot(values, values, group)), 1e-12);
    for (int64_t i = 0; i < group; ++i) values[i] /= length;
  }
  return x;
}

Tensor Backend::scale_groups(Tensor x, const Vector& factors) {
  const int64_t group = x.width / static_cast<int64_t>(factors.size());
  for (int64_t row = 0; row < x.rows; ++row)
    for (int64_t i = 0; i < x.width; ++i) x.row(row)[i] *= factors[i / group];
  return x;
}

Map<Backend> Backend::pixel_map(const Pixels& pixels) {
  const int64_t area = int64_t{pixels.height} * pixels.width;
  Map<Backend> map{Tensor(pixels.batch * area, 3), pixels.batch, pixels.height, pixels.width};
  for (int64_t row = 0; row < map.rows.rows; ++row)
    for (int64_t channel = 0; channel < 3; ++channel)
      map.rows.row(row)[channel] = pixels.values[(row / area * 3 + channel) * area + row % area];
  return map;
}

Map<Backend> Backend::convolution(const Map<Backend>& x, const Convolution& weights,
                                  const Tensor* residual, bool relu) {
  const int kernel = weights.kernel;
  const int height = (x.height + 2 * weights.padding - kernel) / weights.stride + 1;
  const int width = (x.width + 2 * weights.padding - kernel) / weights.stride + 1;
  const int64_t channels = x.rows.width;
  Map<Backend> y{Tensor(x.batch * height * width, weights.weight.rows), x.batch, height, width};
  parallel_for(y.rows.rows, [&](int64_t row) {
    const int64_t picture = row / (int64_t{height} * width);
    const int64_t top = row / width % height * weights.stride - weights.padding;
    const int64_t left = row % width * weights.stride - weights.padding;
    for (int64_t out = 0; out < y.rows.width; ++out) {
      double sum = weights.bias[out];
      for (int64_t i = std::max<int64_t>(0, -top); i < std::min<int64_t>(kernel, x.height - top);
           ++i)
        for (int64_t j = std::max<int64_t>(0, -left); j < std::min<int64_t>(kernel, x.width - left);
             ++j) {
          const double* from = x.rows.row((picture * x.height + top + i) * x.width + left + j);
          const double* factor = weights.weight.row(out) + i * kernel + j;
          for (int64_t c = 0; c < channels; ++c) sum += from[c] * factor[c * kernel * kernel];
        }
      if (residual) sum += residual->row(row)[out];
      y.rows.row(row)[out] = relu ? std::max(sum, 0.0) : sum;
    }
  });
  return y;
}

Map<Backend> Backend::average_pool(const Map<Backend>& x, int size) {
  Map<Backend> y{Tensor(x.batch * (x.height / size) * (x.width / size), x.rows.width), x.batch,
                 x.height / size, x.width / size};
  for (int64_t row = 0; row < y.rows.rows; ++row) {
    const int64_t picture = row / (int64_t{y.height} * y.width);
    const int64_t top = row / y.width % y.height * size, left = row % y.width * size;
    for (int64_t i = 0; i < size * size; ++i) {
      const double* from =
          x.rows.row((picture * x.height + top + i / size) * x.width + left + i % size);
      for (int64_t c = 0; c < x.rows.width; ++c) y.rows.row(row)[c] += from[c] / (size * size);
    }
  }
  return y;
}

Tensor Backend::with_mean_row(const Map<Backend>& x) {
  const int64_t area = int64_t{x.height} * x.width;
  Tensor y(x.batch * (area + 1), x.rows.width);
  for (int64_t row = 0; row < x.rows.rows; ++row) {
    const int64_t mean_row = row / area * (area + 1);
    const double* from = x.rows.row(row);
    std::copy(from, from + y.width, y.row(mean_row + 1 + row % area));
    for (int64_t c = 0; c < y.width; ++c) y.row(mean_row)[c] += from[c] / static_cast<double>(area);
  }
  return y;
}

void Backend::tap(const std::string& name, const Tensor& x, MapSize map) {
  (*listener_)(name, x.rows, x.width, map, x.values);
}

void Backend::copy(const Tensor& x, double* out) const {
  std::copy(x.values.begin(), x.values.end(), out);
}

}  // namespace tandem::ref
