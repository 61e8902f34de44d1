// Operations on f32 CPU tensors that do in one pass what libtorch's general ones do in several,
// with their gradients, on the kernels of inference. Products are those of libtorch's BLAS; of the
// rest a row's result depends on its sequence alone, and no bit on the number of threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>

#include "kernels/kernels.h"
#include "model/config.h"
#include "model/sequences.h"

namespace tandem::torch_backend::cpu_operations {

/// Work on libtorch's threads, as its other operations have it: a second pool beside them would
/// wait for cores that theirs keep busy. Calls body(i) once for every i in [0, count).
void on_torch_threads(int64_t count, const std::function<void(int64_t)>& body);

/// residual + activation(x weight^T + bias), [rows, out]; bias and residual may be undefined, and
/// there is no activation together with a residual. A weight may be a view.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  cpu::Epilogue::Function activation, const at::Tensor& residual);

/// Whether `attention` serves these: neither a trie nor hidden rows, query rows in ascending order.
bool attends(const Sequences& sequences, std::span<const int64_t> query_rows);

/// Attention within each sequence, [queries, width], with no work for padding. q, k and v may be
/// slices of one matrix: its gradient is then written as one.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t heads,
                     double scale, const Sequences& sequences, std::span<const int64_t> query_rows);

}  // namespace tandem::torch_backend::cpu_operations
