// Attention of every head of every sequence, each on one thread, and its gradient.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "backend/torch/autograd_node.h"
#include "backend/torch/cpu_operations.h"
#include "kernels/floats.h"
#include "kernels/training_kernels.h"

namespace tandem::torch_backend::cpu_operations {
namespace {

/// A sequence with some of its rows as queries.
struct Group {
  int64_t first_key = 0, keys = 0, first_query = 0, queries = 0;
};

struct Groups {
  std::vector<Group> groups;
  std::vector<int64_t> visible;  // keys that a query sees, by query; empty: all of its sequence's
  int64_t longest = 0;           // keys
  int64_t heads = 0, head_width = 0;
  float scale = 1;
};

Groups groups_of(const Sequences& sequences, std::span<const int64_t> query_rows) {
  Groups all;
  size_t query = 0;
  for (int64_t s = 0; s < sequences.count(); ++s) {
    const int64_t begin = sequences.offsets[s], end = sequences.offsets[s + 1];
    Group group{
        .first_key = begin, .keys = end - begin, .first_query = begin, .queries = end - begin};
    if (!query_rows.empty()) {
      group.first_query = static_cast<int64_t>(query);
      while (query < query_rows.size() && query_rows[query] < end) ++query;
      group.queries = static_cast<int64_t>(query) - group.first_query;
    }
    if (sequences.attends == Sequences::Attends::before)
      for (int64_t i = 0; i < group.queries; ++i)
        all.visible.push_back((query_rows.empty() ? i : query_rows[group.first_query + i] - begin) +
                              1);
    all.longest = std::max(all.longest, group.keys);
    if (group.queries > 0 || group.keys > 0) all.groups.push_back(group);
  }
  return all;
}

/// A matrix that begins at some column of some row.
struct Columns {
  float* data;
  int64_t stride;

  explicit Columns(const at::Tensor& x) : data(x.data_ptr<float>()), stride(x.stride(0)) {}
  float* at(int64_t row, int64_t column) const { return data + row * stride + column; }
};

// body(group, head, scratch) for all of them, on libtorch's threads.
template <class Body>
void for_each_head(const Groups& all, int64_t scratch_size, const Body& body) {
  const auto tasks = static_cast<int64_t>(all.groups.size()) * all.heads;
  on_torch_threads(tasks, [&](int64_t task) {
    // Kept from task to task: the same thread takes many.
    thread_local cpu::Floats scratch;
    if (scratch.size() < scratch_size) scratch = cpu::Floats(scratch_size);
    body(all.groups[task / all.heads], task % all.heads, scratch.data());
  });
}

// Of the statistics, [queries, heads, 2], or null.
cpu::Head head_of(const Groups& all, const Group& group, int64_t head, const Columns& q,
                  const Columns& k, const Columns& v, float* statistics) {
  const int64_t column = head * all.head_width;
  return {
      .q = q.at(group.first_query, column),
      .k = k.at(group.first_key, column),
      .v = v.at(group.first_key, column),
      .q_stride = q.stride,
      .k_stride = k.stride,
      .v_stride = v.stride,
      .queries = group.queries,
      .keys = group.keys,
      .width = all.head_width,
      .scale = all.scale,
      .visible = all.visible.empty() ? nullptr : all.visible.data() + group.first_query,
      .statistics = statistics ? statistics + (group.first_query * all.heads + head) * 2 : nullptr,
      .statistics_stride = 2 * all.heads};
}

/// Where q, k or v comes from: a matrix of which it is a slice, or itself.
struct Source {
  at::Tensor whole;
  int64_t column = 0;
};

Source source_of(const at::Tensor& x) {
  if (!x.requires_grad() || !x.is_view()) return {x, 0};
  const at::Tensor base(x._base());
  const int64_t column = x.storage_offset() - base.storage_offset();
  // The graph must lead from x to its base by the slice alone.
  const auto made_by = x.grad_fn();
  if (!base.requires_grad() || !made_by || made_by->num_outputs() != 1 ||
      made_by->next_edge(0) != torch::autograd::impl::gradient_edge(base))
    return {x, 0};
  const bool slice = base.dim() == 2 && base.is_contiguous() && base.size(0) == x.size(0) &&
                     base.stride(0) == x.stride(0) && column >= 0 &&
                     column + x.size(1) <= base.size(1);
  return slice ? Source{base, column} : Source{x, 0};
}

/// Edges: the sources that differ.
class AttentionBackward final : public torch::autograd::Node {
 public:
  struct Slice {
    size_t source = 0;  // its edge
    int64_t column = 0;
  };

  AttentionBackward(torch::autograd::edge_list edges, std::array<Slice, 3> slices,
                    std::vector<std::vector<int64_t>> shapes, std::array<at::Tensor, 3> qkv,
                    at::Tensor statistics, Groups groups)
      : Node(std::move(edges)),
        slices_(slices),
        shapes_(std::move(shapes)),
        qkv_(std::move(qkv)),
        statistics_(std::move(statistics)),
        groups_(std::move(groups)) {}

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    torch::autograd::variable_list result(shapes_.size());
    if (!gradients[0].defined()) return result;
    const at::NoGradGuard no_graph;
    const at::Tensor dy = gradients[0].contiguous();
    std::vector<int64_t> covered(shapes_.size());
    for (size_t i = 0; i < 3; ++i) covered[slices_[i].source] += qkv_[i].size(1);
    for (size_t i = 0; i < result.size(); ++i)
      result[i] = covered[i] == shapes_[i][1] ? at::empty(shapes_[i], dy.options())
                                              : at::zeros(shapes_[i], dy.options());
    const auto gradient_of = [&](size_t i) {
      return Columns(result[slices_[i].source].narrow(1, slices_[i].column, qkv_[i].size(1)));
    };
    const Columns q(qkv_[0]), k(qkv_[1]), v(qkv_[2]), dq = gradient_of(0), dk = gradient_of(1),
                                                      dv = gradient_of(2), dys(dy);
    const auto& kernels = cpu::chosen_training_kernels();
    for_each_head(groups_, kernels.attention_scratch(groups_.longest, groups_.head_width),
                  [&](const Group& group, int64_t head, float* scratch) {
                    const int64_t column = head * groups_.head_width;
                    kernels.attend_backward({.head = head_of(groups_, group, head, q, k, v,
                                                             statistics_.data_ptr<float>()),
                                             .dy = dys.at(group.first_query, column),
                                             .dq = dq.at(group.first_query, column),
                                             .dk = dk.at(group.first_key, column),
                                             .dv = dv.at(group.first_key, column),
                                             .dy_stride = dys.stride,
                                             .dq_stride = dq.stride,
                                             .dk_stride = dk.stride,
                                             .dv_stride = dv.stride},
                                            scratch);
                  });
    return result;
  }

  void release_variables() override {
    for (auto& tensor : qkv_) tensor.reset();
    statistics_.reset();
  }

 private:
  std::array<Slice, 3> slices_;
  std::vector<std::vector<int64_t>> shapes_;
  std::array<at::Tensor, 3> qkv_;
  at::Tensor statistics_;
  Groups groups_;
};

void remember(at::Tensor& y, const std::array<at::Tensor, 3>& qkv, const at::Tensor& statistics,
              Groups groups) {
  std::vector<at::Tensor> sources;
  std::vector<std::vector<int64_t>> shapes;
  torch::autograd::edge_list edges;
  std::array<AttentionBackward::Slice, 3> slices;
  const auto add_edge = [&](const at::Tensor& source) {
    sources.push_back(source);
    shapes.push_back(source.sizes().vec());
    edges.push_back(source.requires_grad() ? torch::autograd::impl::gradient_edge(source)
                                           : torch::autograd::Edge());
    return sources.size() - 1;
  };
  for (size_t i = 0; i < 3; ++i) {
    const Source source = source_of(qkv[i]);
    slices[i] = {sources.size(), source.column};
    bool overlaps = false;
    for (size_t other = 0; other < i; ++other) {
      if (!sources[slices[other].source].is_same(source.whole)) continue;
      slices[i].source = slices[other].source;
      overlaps |= slices[other].column < source.column + qkv[i].size(1) &&
                  source.column < slices[other].column + qkv[other].size(1);
    }
    // Slices share a gradient that is written, not added to: one that overlaps another has its own.
    if (overlaps)
      slices[i] = {add_edge(qkv[i]), 0};
    else if (slices[i].source == sources.size())
      add_edge(source.whole);
  }
  set_backward<AttentionBackward>(y, std::move(edges), slices, std::move(shapes),
                                  std::array{qkv[0].detach(), qkv[1].detach(), qkv[2].detach()},
                                  statistics, std::move(groups));
}

// Rows of any distance, columns one behind the other.
at::Tensor with_whole_rows(const at::Tensor& x) {
  return x.stride(1) == 1 || x.size(1) == 1 ? x : x.contiguous();
}

}  // namespace

bool attends(const Sequences& sequences, std::span<const int64_t> query_rows) {
  return sequences.attends != Sequences::Attends::ancestors && sequences.hidden.empty() &&
         std::adjacent_find(query_rows.begin(), query_rows.end(), std::greater_equal<>()) ==
             query_rows.end();
}

at::Tensor attention(const at::Tensor& q_in, const at::Tensor& k_in, const at::Tensor& v_in,
                     int64_t heads, double scale, const Sequences& sequences,
                     std::span<const int64_t> query_rows) {
  const std::array qkv{with_whole_rows(q_in), with_whole_rows(k_in), with_whole_rows(v_in)};
  const bool with_graph =
      at::GradMode::is_enabled() &&
      std::any_of(qkv.begin(), qkv.end(), [](const auto& x) { return x.requires_grad(); });
  Groups groups = groups_of(sequences, query_rows);
  groups.heads = heads;
  groups.head_width = qkv[0].size(1) / heads;
  groups.scale = static_cast<float>(scale);

  const auto options = qkv[0].options().requires_grad(false);
  at::Tensor y = at::empty(qkv[0].sizes(), options);
  const at::Tensor statistics =
      with_graph ? at::empty({qkv[0].size(0), heads, 2}, options) : at::Tensor();
  const Columns q(qkv[0]), k(qkv[1]), v(qkv[2]), out(y);
  const auto& kernels = cpu::chosen_kernels();
  for_each_head(groups, kernels.attention_scratch(groups.longest, groups.head_width),
                [&](const Group& group, int64_t head, float* scratch) {
                  cpu::Head task = head_of(groups, group, head, q, k, v,
                                           with_graph ? statistics.data_ptr<float>() : nullptr);
                  task.y = out.at(group.first_query, head * groups.head_width);
                  task.y_stride = out.stride;
                  if (group.queries > 0) kernels.attend(task, scratch);
                });
  if (with_graph) remember(y, qkv, statistics, std::move(groups));
  return y;
}

}  // namespace tandem::torch_backend::cpu_operations
