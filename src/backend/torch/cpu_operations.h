// Operations on f32 CPU tensors that do in one pass what libtorch's general ones do in several,
// with their gradients. Products stay libtorch's BLAS; what stands around them runs on the kernels
// of backend/cpu. Results do not depend on the number of threads but through the BLAS.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "backend/cpu/kernels.h"
#include "model/config.h"
#include "model/sequences.h"

namespace tandem::torch_backend::cpu_operations {

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
