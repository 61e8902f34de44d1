// Attention of f32 on a CPU is cpu_attention.cpp's, where that serves it; else two batched products
// and a softmax (libtorch 1.13), or the fused operation that newer ones have.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/version.h>

#include <algorithm>

#include "backend/torch/cpu_operations.h"
#include "backend/torch/torch_backend.h"

// The argument `scale` came with 2.1.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
#define TANDEM_FUSED_ATTENTION 1
#include <ATen/ops/scaled_dot_product_attention.h>
#endif

namespace tandem::torch_backend {
namespace {

// Added to a score, leaves a weight of exactly 0 beside any visible key; finite,
// so that a slot of padding has finite numbers and its gradient is 0, not NaN.
constexpr double kHidden = -1e30;

// Scores and gathered rows that are alive at once: 128 MiB of floats.
constexpr int64_t kElements = int64_t{1} << 25;

// q, k, v: [groups, heads, rows, head width].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale,
                  const at::Tensor& mask, bool triangle) {
#ifdef TANDEM_FUSED_ATTENTION
  const auto fused_mask =
      mask.defined() && !triangle ? std::optional<at::Tensor>(mask) : std::nullopt;
  return at::scaled_dot_product_attention(q, k, v, fused_mask, /*dropout_p=*/0.0, triangle, scale);
#else
  (void)triangle;
  at::Tensor scores = at::matmul(q * scale, k.transpose(-2, -1));
  const bool in_place =
      !at::GradMode::is_enabled() && mask.defined() && mask.scalar_type() == scores.scalar_type();
  if (mask.defined()) scores = in_place ? scores.add_(mask) : scores + mask;
  return at::matmul(at::softmax(scores, -1), v);
#endif
}

// The slots [begin, begin + count) of x.
at::Tensor rows_in_slots(const at::Tensor& x, const at::Tensor& rows, int64_t begin,
                         int64_t count) {
  return rows.defined() ? x.index_select(0, rows.narrow(0, begin, count))
                        : x.narrow(0, begin, count);
}

bool same(const Sequences& a, const Sequences& b) {
  return a.attends == b.attends && a.offsets == b.offsets && a.parents == b.parents &&
         a.hidden == b.hidden;
}

at::Tensor split_heads(const at::Tensor& x, int64_t groups, int heads) {
  return x.view({groups, x.size(0) / groups, heads, x.size(1) / heads}).transpose(1, 2);
}

}  // namespace

at::Tensor Backend::attention_mask(const AttentionPlan& plan) const {
  at::Tensor blocked;
  if (!plan.last_key.empty())
    blocked = at::arange(plan.keys, shared_.device) >
              indices(std::span<const int64_t>(plan.last_key)).view({-1, 1, plan.queries, 1});
  if (!plan.hidden.empty()) {
    const at::Tensor hidden =
        indices(std::span<const uint8_t>(plan.hidden)).view({plan.groups, 1, 1, plan.keys}) != 0;
    blocked = blocked.defined() ? blocked.logical_or(hidden) : hidden;
  }
  if (!blocked.defined()) return {};
  return at::zeros(blocked.sizes(), at::TensorOptions(shared_.dtype).device(shared_.device))
      .masked_fill(blocked, kHidden);
}

const Backend::Plan& Backend::plan_for(const Sequences& sequences,
                                       std::span<const int64_t> query_rows) {
  if (plan_ && same(plan_->sequences, sequences) &&
      std::equal(query_rows.begin(), query_rows.end(), plan_->asked_rows.begin(),
                 plan_->asked_rows.end()))
    return *plan_;
  const AttentionPlan plan = plan_attention(sequences, query_rows);
  const auto on_device = [this](const std::vector<int64_t>& rows) {
    return rows.empty() ? at::Tensor() : indices(std::span(rows));
  };
  plan_ = Plan{.sequences = sequences,
               .asked_rows = {query_rows.begin(), query_rows.end()},
               .groups = plan.groups,
               .queries = plan.queries,
               .keys = plan.keys,
               .query_rows = on_device(plan.query_rows),
               .key_rows = on_device(plan.key_rows),
               .result_slots = on_device(plan.result_slots),
               .mask = attention_mask(plan),
               .triangle = plan.triangle};
  return *plan_;
}

at::Tensor Backend::attention(const Tensor& q, const Tensor& k, const Tensor& v,
                              const AttentionShape& shape, const Sequences& sequences,
                              std::span<const int64_t> query_rows) {
  if (is_fast() && cpu_operations::attends(sequences, query_rows))
    return cpu_operations::attention(q, k, v, shape.heads, shape.scale, sequences, query_rows);
  const Plan& plan = plan_for(sequences, query_rows);
  const int64_t scores = shape.heads * plan.queries * plan.keys;
  const int64_t gathered = plan.key_rows.defined() ? 2 * plan.keys * k.size(1) : 0;
  const int64_t step = std::max<int64_t>(1, kElements / std::max<int64_t>(1, scores + gathered));
  std::vector<at::Tensor> parts;
  for (int64_t begin = 0; begin < plan.groups; begin += step) {
    const int64_t groups = std::min(step, plan.groups - begin);
    const auto heads_of = [&](const at::Tensor& x, const at::Tensor& rows, int64_t slots) {
      return split_heads(rows_in_slots(x, rows, begin * slots, groups * slots), groups,
                         shape.heads);
    };
    const at::Tensor mask = plan.mask.defined() && plan.mask.size(0) > 1
                                ? plan.mask.narrow(0, begin, groups)
                                : plan.mask;
    parts.push_back(attend(heads_of(q, plan.query_rows, plan.queries),
                           heads_of(k, plan.key_rows, plan.keys),
                           heads_of(v, plan.key_rows, plan.keys), shape.scale, mask, plan.triangle)
                        .transpose(1, 2)
                        .reshape({groups * plan.queries, q.size(1)}));
  }
  if (parts.empty()) return q;
  const at::Tensor y = parts.size() == 1 ? parts[0] : at::cat(parts);
  return plan.result_slots.defined() ? y.index_select(0, plan.result_slots) : y;
}

}  // namespace tandem::torch_backend
