#include "train/torch/adamw.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace tandem::torch_train {
namespace {

// On a CPU a parameter is moved in pieces that stay in the cache: a step reads it about ten times.
constexpr int64_t kPiece = int64_t{1} << 16;

}  // namespace

double gradient_norm(const Parameters& parameters) {
  const at::NoGradGuard no_graph;
  std::vector<at::Tensor> norms;
  for (const auto& [name, leaf] : parameters)
    if (leaf.requires_grad() && leaf.grad().defined())
      norms.push_back(at::linalg_vector_norm(leaf.grad()).to(at::kDouble));
  return norms.empty() ? 0 : at::linalg_vector_norm(at::stack(norms)).item<double>();
}

void clip_gradients(Parameters& parameters, double norm, double max_norm) {
  const at::NoGradGuard no_graph;
  const double factor = max_norm / (norm + 1e-6);
  if (!(factor < 1)) return;
  for (auto& [name, leaf] : parameters)
    if (leaf.requires_grad() && leaf.grad().defined()) leaf.mutable_grad().mul_(factor);
}

AdamW::AdamW(const std::vector<ParameterRule>& rules, const OptimizerSection& optimizer)
    : rules_(rules), optimizer_(optimizer) {}

void AdamW::step(Parameters& parameters, double lr) {
  const at::NoGradGuard no_graph;
  ++steps_;
  const auto t = static_cast<double>(steps_);
  const double first_correction = 1 - std::pow(optimizer_.beta1, t);
  const double second_root = std::sqrt(1 - std::pow(optimizer_.beta2, t));
  for (const auto& rule : rules_) {
    if (!rule.trained) continue;
    at::Tensor& p = parameters.at(rule.name);
    if (!p.grad().defined()) continue;
    const at::Tensor gradient = p.grad().contiguous();
    const double rate = lr * rule.lr_factor;
    const auto moment = [&](const char* prefix) -> at::Tensor& {
      at::Tensor& kept = moments_[prefix + rule.name];
      if (!kept.defined()) kept = at::zeros_like(p);
      return kept;
    };
    at::Tensor &m = moment("m."), &v = moment("v.");
    const double keep = rule.decayed ? 1 - rate * optimizer_.weight_decay : 1;
    const int64_t piece = p.is_cpu() ? kPiece : p.numel();
    for (int64_t begin = 0; begin < p.numel(); begin += piece) {
      const auto part = [begin, count = std::min(piece, p.numel() - begin)](const at::Tensor& x) {
        return x.view({-1}).narrow(0, begin, count);
      };
      const at::Tensor g = part(gradient), first = part(m), second = part(v);
      first.mul_(optimizer_.beta1).add_(g, 1 - optimizer_.beta1);
      second.mul_(optimizer_.beta2).addcmul_(g, g, 1 - optimizer_.beta2);
      const at::Tensor divisor = second.sqrt().div_(second_root).add_(optimizer_.eps);
      part(p).mul_(keep).addcdiv_(first, divisor, -rate / first_correction);
    }
    p.mutable_grad().reset();
  }
}

void clamp_logit_scale(Parameters& parameters, double max_scale) {
  const at::NoGradGuard no_graph;
  if (const auto scale = parameters.find("logit_scale"); scale != parameters.end())
    scale->second.clamp_(0, std::log(max_scale));
}

void average_weights(Parameters& average, const Parameters& now, double decay) {
  const at::NoGradGuard no_graph;
  for (const auto& [name, leaf] : now) {
    at::Tensor& kept = average[name];
    if (!kept.defined())
      kept = leaf.detach().clone();
    else if (leaf.requires_grad())
      kept.mul_(decay).add_(leaf, 1 - decay);
  }
}

}  // namespace tandem::torch_train
