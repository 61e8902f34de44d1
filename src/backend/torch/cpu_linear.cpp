// x W^T with what surrounds it, and its gradient.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "backend/torch/autograd_node.h"
#include "backend/torch/cpu_operations.h"
#include "kernels/training_kernels.h"

namespace tandem::torch_backend::cpu_operations {
namespace {

using Function = cpu::Epilogue::Function;

// Rows that are summed on their own before the sums are added up: the order of a sum is that of
// the rows, however many threads there are.
constexpr int64_t kChunk = 64;

// body(chunk, begin, end) for chunks of rows.
template <class Body>
void for_each_chunk(int64_t rows, const Body& body) {
  on_torch_threads((rows + kChunk - 1) / kChunk, [&](int64_t chunk) {
    body(chunk, chunk * kChunk, std::min((chunk + 1) * kChunk, rows));
  });
}

// y = function(x W^T + bias) + residual, by the BLAS and one pass; `before`, where it is defined,
// gets the function's arguments.
void multiply(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
              const at::Tensor& residual, Function function, at::Tensor& before, at::Tensor& y) {
  at::Tensor& product = before.defined() ? before : y;
  at::mm_out(product, x, weight.t());
  if (!bias.defined() && !residual.defined() && function == Function::none) return;
  const auto& kernels = cpu::chosen_training_kernels();
  const int64_t columns = y.size(1);
  const auto from = [columns](const at::Tensor& t, int64_t row) {
    return t.defined() ? t.data_ptr<float>() + row * columns : nullptr;
  };
  for_each_chunk(y.size(0), [&](int64_t, int64_t begin, int64_t end) {
    kernels.finish_linear({.x = from(product, begin),
                           .y = from(y, begin),
                           .bias = from(bias, 0),
                           .residual = from(residual, begin),
                           .rows = end - begin,
                           .columns = columns,
                           .function = function});
  });
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

void on_torch_threads(int64_t count, const std::function<void(int64_t)>& body) {
  std::atomic<int64_t> next = 0;
  at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    for (int64_t i; (i = next++) < count;) body(i);
  });
}

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
    y = at::empty({x.size(0), weight.size(0)}, x.options().requires_grad(false));
    if (with_graph && function != Function::none) before = at::empty_like(y);
    multiply(x, weight, bias, residual, function, before, y);
  }
  if (with_graph)
    set_backward<LinearBackward>(
        y,
        torch::autograd::edge_list{edge_of(x), edge_of(weight), edge_of(bias), edge_of(residual)},
        x.detach(), weight.detach(), before, function);
  return y;
}

}  // namespace tandem::torch_backend::cpu_operations
