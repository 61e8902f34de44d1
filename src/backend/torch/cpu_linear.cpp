// x W^T with what surrounds it, and its gradient.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "backend/cpu/training_kernels.h"
#include "backend/torch/cpu_operations.h"

namespace tandem::torch_backend::cpu_operations {
namespace {

using Function = cpu::Epilogue::Function;

// Rows that are summed on their own before the sums are added up: the order of a sum is that of
// the rows, however many threads there are.
constexpr int64_t kChunk = 64;

// body(begin, end) for chunks of rows, on libtorch's threads.
template <class Body>
void for_each_chunk(int64_t rows, const Body& body) {
  const int64_t chunks = (rows + kChunk - 1) / kChunk;
  at::parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    for (int64_t chunk = first; chunk < last; ++chunk)
      body(chunk, chunk * kChunk, std::min((chunk + 1) * kChunk, rows));
  });
}

// y = bias and residual, whichever are there, where the product is to be added.
void fill(at::Tensor& y, const at::Tensor& bias, const at::Tensor& residual) {
  const int64_t columns = y.size(1);
  float* to = y.data_ptr<float>();
  const float* from = residual.defined() ? residual.data_ptr<float>() : nullptr;
  const float* add = bias.defined() ? bias.data_ptr<float>() : nullptr;
  for_each_chunk(y.size(0), [&](int64_t, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float* row = to + i * columns;
      const float* first = from ? from + i * columns : add;
      if (from && add)
        for (int64_t c = 0; c < columns; ++c) row[c] = first[c] + add[c];
      else
        std::memcpy(row, first, static_cast<size_t>(columns) * sizeof(float));
    }
  });
}

at::Tensor activated(const at::Tensor& x, at::Tensor y, Function function) {
  const auto& kernels = cpu::chosen_training_kernels();
  const int64_t columns = x.size(1);
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  for_each_chunk(x.size(0), [&](int64_t, int64_t begin, int64_t end) {
    kernels.activate(from + begin * columns, to + begin * columns, (end - begin) * columns,
                     function);
  });
  return y;
}

// The sums of chunks, [chunks, columns], added up.
at::Tensor total(const at::Tensor& sums) {
  at::Tensor sum = at::zeros({sums.size(1)}, sums.options());
  cpu::chosen_training_kernels().add_rows(sums.data_ptr<float>(), sums.size(1), sums.size(0),
                                          sums.size(1), sum.data_ptr<float>());
  return sum;
}

at::Tensor chunk_sums(const at::Tensor& x) {
  return at::zeros({(x.size(0) + kChunk - 1) / kChunk, x.size(1)}, x.options());
}

at::Tensor sum_of_rows(const at::Tensor& x) {
  const auto& kernels = cpu::chosen_training_kernels();
  const int64_t columns = x.size(1);
  const at::Tensor sums = chunk_sums(x);
  for_each_chunk(x.size(0), [&](int64_t chunk, int64_t begin, int64_t end) {
    kernels.add_rows(x.data_ptr<float>() + begin * columns, columns, end - begin, columns,
                     sums.data_ptr<float>() + chunk * columns);
  });
  return total(sums);
}

// dx of y = function(x), and the sum of its rows. May write dy.
std::pair<at::Tensor, at::Tensor> through_activation(const at::Tensor& x, at::Tensor dy,
                                                     Function function) {
  const bool alone = dy.use_count() == 1 && dy.storage().use_count() == 1;
  const at::Tensor dx = alone ? dy : at::empty_like(dy);
  const auto& kernels = cpu::chosen_training_kernels();
  const int64_t columns = x.size(1);
  const at::Tensor sums = chunk_sums(x);
  for_each_chunk(x.size(0), [&](int64_t chunk, int64_t begin, int64_t end) {
    kernels.activate_backward({.x = x.data_ptr<float>() + begin * columns,
                               .dy = dy.data_ptr<float>() + begin * columns,
                               .dx = dx.data_ptr<float>() + begin * columns,
                               .rows = end - begin,
                               .columns = columns,
                               .function = function,
                               .sums = sums.data_ptr<float>() + chunk * columns});
  });
  return {dx, total(sums)};
}

/// Edges: x, weight, bias, residual.
class LinearBackward final : public torch::autograd::Node {
 public:
  LinearBackward(torch::autograd::edge_list edges, at::Tensor x, at::Tensor weight,
                 at::Tensor before, Function function)
      : Node(std::move(edges)),
        x_(std::move(x)),
        weight_(std::move(weight)),
        before_(std::move(before)),
        function_(function) {}

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    torch::autograd::variable_list result(4);
    if (!gradients[0].defined()) return result;
    const at::NoGradGuard no_graph;
    at::Tensor dy = std::move(gradients[0]);
    if (!dy.is_contiguous()) dy = dy.contiguous();
    if (task_should_compute_output(3)) result[3] = dy;
    if (function_ != Function::none)
      std::tie(dy, result[2]) = through_activation(before_, std::move(dy), function_);
    else if (task_should_compute_output(2))
      result[2] = sum_of_rows(dy);
    if (task_should_compute_output(0)) result[0] = at::mm(dy, weight_);
    if (task_should_compute_output(1)) result[1] = at::mm(dy.t(), x_);
    return result;
  }

  void release_variables() override {
    x_.reset();
    weight_.reset();
    before_.reset();
  }

 private:
  at::Tensor x_, weight_, before_;
  Function function_;
};

torch::autograd::Edge edge_of(const at::Tensor& tensor) {
  return tensor.defined() && tensor.requires_grad() ? torch::autograd::impl::gradient_edge(tensor)
                                                    : torch::autograd::Edge();
}

}  // namespace

at::Tensor linear(const at::Tensor& x_in, const at::Tensor& weight, const at::Tensor& bias,
                  Function function, const at::Tensor& residual_in) {
  const at::Tensor x = x_in.contiguous();
  const at::Tensor residual = residual_in.defined() ? residual_in.contiguous() : residual_in;
  const bool with_graph =
      at::GradMode::is_enabled() &&
      (x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()) ||
       (residual.defined() && residual.requires_grad()));
  at::Tensor y, before;
  {
    const at::NoGradGuard no_graph;
    y = at::empty({x.size(0), weight.size(0)}, x.options());
    if (bias.defined() || residual.defined()) {
      fill(y, bias, residual);
      y.addmm_(x, weight.t());
    } else {
      at::mm_out(y, x, weight.t());
    }
    if (function != Function::none) {
      if (with_graph) before = y;
      y = activated(y, with_graph ? at::empty_like(y) : y, function);
    }
  }
  if (with_graph)
    torch::autograd::set_history(
        y, std::make_shared<LinearBackward>(
               torch::autograd::edge_list{edge_of(x), edge_of(weight), edge_of(bias),
                                          edge_of(residual)},
               x.detach(), weight.detach(), before, function));
  return y;
}

}  // namespace tandem::torch_backend::cpu_operations
