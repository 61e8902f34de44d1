#include "train/torch/gradient_cache.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "base/fail.h"

namespace tandem::torch_train {
namespace {

at::Tensor image_features(TrainableModel& model, const MicroBatch& portion, uint64_t seed) {
  const auto [height, width] = model.config().image_size();
  // A pair's place in the order, not its portion, decides what patch dropout leaves out.
  return model.encode_image(
      {.values = portion.pixels, .batch = portion.size, .height = height, .width = width},
      seed + static_cast<uint64_t>(portion.first_position));
}

// Adds to the leaves what flows back from features, unless nothing that is trained made them.
void backward(const at::Tensor& features, const at::Tensor& gradient) {
  if (features.requires_grad()) torch::autograd::backward({features}, {gradient});
}

void add_gradient(Parameters& parameters, const char* name, const at::Tensor& gradient) {
  const auto found = parameters.find(name);
  if (found == parameters.end() || !found->second.requires_grad() || !gradient.defined()) return;
  at::Tensor& sum = found->second.mutable_grad();
  const at::Tensor part = gradient.reshape(found->second.sizes());
  sum = sum.defined() ? sum + part : part;
}

// The mean over ranks. Ranks have the same graph, so the same leaves have gradients.
void average_gradients(Parameters& parameters, Communicator& communicator) {
  if (communicator.size() == 1) return;
  std::vector<at::Tensor> gradients;
  for (auto& [name, leaf] : parameters)
    if (leaf.requires_grad() && leaf.grad().defined()) gradients.push_back(leaf.mutable_grad());
  all_reduce_sum(communicator, gradients);
  for (at::Tensor& gradient : gradients) gradient.div_(communicator.size());
}

}  // namespace

void BatchFeatures::add(const MicroBatch& portion) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(meanings, portion.meanings);
  append(teacher_images, portion.teacher_images);
  append(teacher_texts, portion.teacher_texts);
}

StepLoss accumulate_gradients(TrainableModel& model, int64_t portions, const NextPortion& next,
                              const BatchLoss& loss, uint64_t seed, Communicator& communicator) {
  const bool cached = portions > 1;
  if (cached && model.mixes_pairs())
    fail(ErrorKind::unsupported,
         "batch norm makes features depend on their portion, so a batch in portions is not the "
         "whole batch; set compute.frozen_batch_norm to true, or compute.micro_batch to 0");
  std::vector<at::Tensor> images, texts;
  BatchFeatures features;
  {
    const at::AutoGradMode with_graph(!cached);
    for (int64_t i = 0; i < portions; ++i) {
      const MicroBatch& portion = next();
      images.push_back(image_features(model, portion, seed));
      texts.push_back(model.encode_text(portion.tokens));
      features.add(portion);
    }
  }
  const auto joined = [cached](const std::vector<at::Tensor>& parts) {
    return cached ? at::cat(parts) : parts[0];
  };
  features.image = joined(images).detach();
  features.text = joined(texts).detach();
  const LossResult result = loss(features);
  if (!cached) {
    backward(images[0], result.grad_image);
    backward(texts[0], result.grad_text);
  }
  int64_t row = 0;
  for (int64_t i = 0; cached && i < portions; ++i) {
    const MicroBatch& portion = next();
    if (model.trains_image())
      backward(image_features(model, portion, seed),
               result.grad_image.narrow(0, row, portion.size));
    if (model.trains_text())
      backward(model.encode_text(portion.tokens), result.grad_text.narrow(0, row, portion.size));
    row += portion.size;
  }
  add_gradient(model.parameters(), "logit_scale", result.grad_logit_scale);
  add_gradient(model.parameters(), "logit_bias", result.grad_logit_bias);

  const at::NoGradGuard no_graph;
  average_gradients(model.parameters(), communicator);
  at::Tensor mean = result.loss.detach().to(at::kDouble).reshape({1});
  communicator.all_reduce_sum(mean);
  return {.loss = mean.item<double>() / communicator.size()};
}

}  // namespace tandem::torch_train
