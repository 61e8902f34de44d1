// Activation checkpointing: a residual attention block that keeps its input alone, and is computed
// again when its gradient is asked for (arXiv 1604.06174).
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <optional>
#include <utility>
#include <vector>

#include "backend/torch/autograd_node.h"
#include "backend/torch/torch_backend.h"

namespace tandem::torch_backend {
namespace {

using Block = ResidualAttentionBlock<Backend>;

/// What computes the block again. Weights are views of the leaves, whose gradients it adds to.
struct BlockCall {
  Backend b;  // with its plan of attention
  Block block;
  TransformerConfig config;
  at::Tensor x;
  Sequences sequences;
  std::vector<int64_t> query_rows;

  at::Tensor run(const at::Tensor& input) {
    return tandem::forward<Backend>(b, block, config, input, sequences, query_rows);
  }
};

class BlockBackward final : public torch::autograd::Node {
 public:
  BlockBackward(BlockCall call, torch::autograd::edge_list edges)
      : Node(std::move(edges)), call_(std::move(call)) {}

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const bool input_asks = task_should_compute_output(0);
    at::Tensor input = call_->x.detach().set_requires_grad(input_asks);
    at::Tensor y;
    {
      const at::AutoGradMode with_graph(true);
      const Autocast autocast(call_->b.shared());
      y = call_->run(input);
    }
    torch::autograd::backward({y}, {gradients[0]});
    return {input.grad()};
  }

  void release_variables() override { call_.reset(); }

 private:
  std::optional<BlockCall> call_;
};

}  // namespace

at::Tensor forward(Backend& b, const Block& block, const TransformerConfig& config, at::Tensor x,
                   const Sequences& sequences, std::span<const int64_t> query_rows) {
  // Blocks are locked as a whole: one weight speaks for all.
  const bool differentiated =
      at::GradMode::is_enabled() && (x.requires_grad() || block.c_fc.weight.requires_grad());
  if (!b.shared().recompute_blocks || !differentiated)
    return tandem::forward<Backend>(b, block, config, std::move(x), sequences, query_rows);

  at::Tensor y;
  {
    const at::NoGradGuard no_graph;
    y = tandem::forward<Backend>(b, block, config, x, sequences, query_rows);
  }
  set_backward<BlockBackward>(
      y, BlockCall{b, block, config, x.detach(), sequences, {query_rows.begin(), query_rows.end()}},
      torch::autograd::collect_next_edges(x));
  return y;
}

}  // namespace tandem::torch_backend
