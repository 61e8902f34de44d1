#include "backend/cpu/cpu_backend.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/thread_pool.h"

namespace tandem::cpu {
namespace {

using Tensor = Backend::Tensor;

// Numbers that one thread goes over in about the time that it takes to wake another.
constexpr int64_t kWorthAThread = 1 << 15;

int64_t whole_panels(int64_t width) { return (width + kPanel - 1) / kPanel * kPanel; }

Epilogue::Function function_of(const std::optional<Activation>& activation) {
  if (!activation) return Epilogue::Function::none;
  switch (*activation) {
    case Activation::quick_gelu: return Epilogue::Function::quick_gelu;
    case Activation::gelu: return Epilogue::Function::gelu;
    case Activation::gelu_tanh: return Epilogue::Function::gelu_tanh;
  }
  return Epilogue::Function::none;
}

void copy_row(const float* from, int64_t width, float* to) {
  std::memcpy(to, from, static_cast<size_t>(width) * sizeof(float));
}

}  // namespace

Backend::Tensor::Tensor(Workspace& workspace, int64_t rows_, int64_t width_)
    : rows(rows_),
      width(width_),
      stride(whole_panels(width_)),
      buffer_(workspace.take(rows * stride)) {
  data_ = buffer_.data();
}

Backend::Tensor::Tensor(float* data, int64_t rows_, int64_t width_, int64_t stride_)
    : rows(rows_), width(width_), stride(stride_), data_(data) {}

Backend::Backend(const Shared& shared, const TapListener* listener)
    : kernels_(*shared.kernels),
      workspaces_(*shared.workspaces),
      workspace_(workspaces_.take()),
      listener_(listener) {}

Backend::~Backend() { workspaces_.give_back(std::move(workspace_)); }

void for_rows(int64_t rows, int64_t width,
              const std::function<void(int64_t begin, int64_t end)>& body) {
  const int64_t part = std::max<int64_t>(1, kWorthAThread / std::max<int64_t>(width, 1));
  const int64_t parts = (rows + part - 1) / part;
  parallel_for(parts, [&](int64_t i) { body(i * part, std::min(rows, (i + 1) * part)); });
}

Tensor Backend::token_embedding(std::span<const int32_t> ids, const Table& table,
                                const Vector* class_row) {
  Tensor x = tensor(static_cast<int64_t>(ids.size()), table.width());
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      if (ids[row] < 0)
        copy_row(class_row->data(), x.width, x.row(row));
      else
        convert(table.stored, ids[row] * x.width, x.width, x.row(row));
  });
  return x;
}

Tensor Backend::add_positions(Tensor x, const Table& table,
                              std::span<const int32_t> position_of_row) {
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    std::vector<float> position(static_cast<size_t>(x.width));
    for (int64_t row = begin; row < end; ++row) {
      convert(table.stored, position_of_row[row] * x.width, x.width, position.data());
      kernels_.add(x.row(row), position.data(), nullptr, x.width);
    }
  });
  return x;
}

Tensor Backend::table_rows(const Table& table) {
  Tensor x = tensor(table.rows(), table.width());
  for (int64_t row = 0; row < x.rows; ++row)
    convert(table.stored, row * x.width, x.width, x.row(row));
  return x;
}

Tensor Backend::layer_norm(const Tensor& x, const LayerNorm& norm) {
  Tensor y = tensor(x.rows, x.width);
  const int64_t group = norm.gain.size;
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      kernels_.layer_norm(x.row(row), y.row(row), x.width / group, group, norm.gain.data(),
                          norm.bias.data(), static_cast<float>(norm.eps));
  });
  return y;
}

Tensor Backend::linear(const Tensor& x, const Linear& weights,
                       const tandem::Epilogue<Backend>& epilogue) {
  Tensor y = tensor(x.rows, weights.weight.columns());
  const Epilogue fused{.bias = weights.bias ? weights.bias->data() : nullptr,
                       .function = function_of(epilogue.activation),
                       .gamma = epilogue.gamma ? epilogue.gamma->data() : nullptr,
                       .residual = epilogue.residual ? epilogue.residual->row(0) : nullptr,
                       .residual_stride = epilogue.residual ? epilogue.residual->stride : 0};
  const auto stored_rows = [&](int64_t row, int64_t, int64_t begin, int64_t, float*) {
    return RowBlock{x.row(row) + begin, x.stride};
  };
  multiply(kernels_, x.rows, stored_rows, weights.weight, y.row(0), y.stride, fused);
  return y;
}

Tensor Backend::slice_columns(const Tensor& x, int64_t begin, int64_t width) {
  return {const_cast<float*>(x.row(0)) + begin, x.rows, width, x.stride};
}

Tensor Backend::gather_rows(const Tensor& x, std::span<const int64_t> rows) {
  Tensor y = tensor(static_cast<int64_t>(rows.size()), x.width);
  for_rows(y.rows, y.width, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) copy_row(x.row(rows[i]), x.width, y.row(i));
  });
  return y;
}

Tensor Backend::mean_rows(const Tensor& x, const Sequences& sequences, int64_t skip) {
  Tensor y = tensor(sequences.count(), x.width);
  for (int64_t s = 0; s < y.rows; ++s) {
    const int64_t begin = sequences.offsets[s] + skip, end = sequences.offsets[s + 1];
    std::fill_n(y.row(s), y.width, 0.0f);
    for (int64_t row = begin; row < end; ++row)
      kernels_.add(y.row(s), x.row(row), nullptr, x.width);
    kernels_.scale(y.row(s), 1 / static_cast<float>(end - begin), y.width);
  }
  return y;
}

Tensor Backend::add(Tensor x, const Tensor& y, const Vector* gamma) {
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      kernels_.add(x.row(row), y.row(row), gamma ? gamma->data() : nullptr, x.width);
  });
  return x;
}

Tensor Backend::normalise(Tensor x, int64_t group) {
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      kernels_.normalise(x.row(row), x.width / group, group);
  });
  return x;
}

Tensor Backend::scale_groups(Tensor x, const Vector& factors) {
  const int64_t group = x.width / factors.size;
  for_rows(x.rows, x.width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t g = 0; g < factors.size; ++g)
        kernels_.scale(x.row(row) + g * group, factors.data()[g], group);
  });
  return x;
}

void Backend::tap(const std::string& name, const Tensor& x, MapSize map) {
  std::vector<double> values(static_cast<size_t>(x.rows * x.width));
  copy(x, values.data());
  (*listener_)(name, x.rows, x.width, map, std::move(values));
}

void Backend::copy(const Tensor& x, double* out) const {
  for (int64_t row = 0; row < x.rows; ++row) out = std::copy_n(x.row(row), x.width, out);
}

}  // namespace tandem::cpu
