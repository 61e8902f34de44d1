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
#include <atomic>
#include <utility>

#include "backend/torch/cpu_operations.h"
#include "kernels/packed_matrix.h"
#include "kernels/product.h"
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

// Whether rows can be written in whole panels.
bool is_whole(int64_t columns) { return columns % cpu::kPanel == 0 && !getenv("XBLAS"); }

cpu::RowSource rows_of(const at::Tensor& x) {
  return [from = x.data_ptr<float>(), stride = x.stride(0)](int64_t row, int64_t, int64_t begin,
                                                            int64_t, float*) {
    return cpu::RowBlock{from + row * stride + begin, stride};
  };
}

// The right factor of the product at hand. Kept: its memory is as large as a matrix of activations.
cpu::PackedMatrix& right_factor() {
  thread_local cpu::PackedMatrix packed;
  return packed;
}

// W or, with `transposed`, W^T as the right factor: of y = x W^T and of dx = dy W.
const cpu::PackedMatrix& packed(const at::Tensor& weight, bool transposed) {
  if (weight.stride(0) != 1 && weight.stride(1) != 1)
    return packed(weight.contiguous(), transposed);
  // A weight may be stored transposed.
  const bool by_rows = weight.stride(1) == 1;
  const int64_t columns = weight.size(transposed ? 1 : 0), terms = weight.size(transposed ? 0 : 1);
  cpu::pack(weight.data_ptr<float>(), weight.stride(by_rows ? 0 : 1), columns, terms,
            by_rows == transposed, right_factor(), on_torch_threads);
  return right_factor();
}

// y = function(x W^T + bias) + residual; `before`, where it is defined, gets the function's
// arguments.
void multiply(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
              const at::Tensor& residual, Function function, at::Tensor& before, at::Tensor& y) {
  const auto pointer = [](const at::Tensor& t) {
    return t.defined() ? t.data_ptr<float>() : nullptr;
  };
  cpu::multiply(cpu::chosen_kernels(), x.size(0), rows_of(x), packed(weight, false),
                y.data_ptr<float>(), y.size(1),
                {.bias = pointer(bias),
                 .before = pointer(before),
                 .before_stride = y.size(1),
                 .function = function,
                 .residual = pointer(residual),
                 .residual_stride = y.size(1)},
                on_torch_threads);
}

// The same for a number of columns that the kernels' panels do not divide.
void multiply_by_blas(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      const at::Tensor& residual, Function function, at::Tensor& before,
                      at::Tensor& y) {
  at::Tensor& product = before.defined() ? before : y;
  at::mm_out(product, x, weight.t());
  if (bias.defined()) product.add_(bias);
  if (function != Function::none) {
    const auto& kernels = cpu::chosen_training_kernels();
    const int64_t columns = y.size(1);
    for_each_chunk(y.size(0), [&](int64_t, int64_t begin, int64_t end) {
      kernels.activate(product.data_ptr<float>() + begin * columns,
                       y.data_ptr<float>() + begin * columns, (end - begin) * columns, function);
    });
  }
  if (residual.defined()) y.add_(residual);
}

// dy W.
at::Tensor gradient_of_rows(const at::Tensor& dy, const at::Tensor& weight) {
  if (!is_whole(weight.size(1))) return at::mm(dy, weight);
  at::Tensor dx = at::empty({dy.size(0), weight.size(1)}, dy.options());
  cpu::multiply(cpu::chosen_kernels(), dy.size(0), rows_of(dy), packed(weight, true),
                dx.data_ptr<float>(), dx.size(1), {}, on_torch_threads);
  return dx;
}

// dy^T x.
at::Tensor gradient_of_weight(const at::Tensor& dy, const at::Tensor& x) {
  if (!is_whole(x.size(1)) || getenv("XDW")) return at::mm(dy.t(), x);
  at::Tensor dw = at::empty({dy.size(1), x.size(1)}, dy.options());
  cpu::PackedMatrix& right = right_factor();
  cpu::pack(x.data_ptr<float>(), x.stride(0), x.size(1), x.size(0), /*transposed=*/true, right,
            on_torch_threads);
  cpu::multiply_transposed(cpu::chosen_kernels(), dy.data_ptr<float>(), dy.stride(0), dy.size(1),
                           right, dw.data_ptr<float>(), dw.size(1), on_torch_threads);
  return dw;
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
    if (task_should_compute_output(0)) result[0] = gradient_of_rows(dy, weight_);
    if (task_should_compute_output(1)) result[1] = gradient_of_weight(dy, x_);
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
    const auto& product = is_whole(y.size(1)) ? multiply : multiply_by_blas;
    product(x, weight, bias, residual, function, before, y);
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
