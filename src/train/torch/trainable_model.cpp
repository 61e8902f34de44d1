#include "train/torch/trainable_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

#include "base/fail.h"
#include "model/modified_resnet.h"
#include "model/text_batch.h"
#include "model/text_transformer.h"
#include "model/vision_transformer.h"
#include "train/random.h"

namespace tandem::torch_train {
namespace {

using torch_backend::Autocast;
using torch_backend::Backend;

// Towers ask the checkpoint's tensors for shapes, and by them find the parameters; what stands in
// these is never read.
TensorStore shapes_of(const Parameters& parameters, at::ScalarType dtype) {
  TensorStore store;
  for (const auto& [name, leaf] : parameters)
    store.tensors[name] = {
        .dtype = dtype == at::kDouble ? DType::f64 : DType::f32,
        .shape = leaf.sizes().vec(),
        .bytes = {static_cast<const std::byte*>(leaf.data_ptr()), leaf.nbytes()}};
  return store;
}

// The class token and a random choice of patches of each picture, in order. As open_clip's
// PatchDropout: max(1, int(patches * (1 - share))) stay.
std::vector<int64_t> kept_rows(const VisionTransformerConfig& config, int64_t batch, double share,
                               uint64_t seed) {
  const int64_t length = config.rows(), patches = length - 1;
  const auto kept =
      std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(patches) * (1 - share)));
  std::vector<int64_t> rows, order(static_cast<size_t>(patches));
  for (int64_t picture = 0; picture < batch; ++picture) {
    const uint64_t key = seed + static_cast<uint64_t>(picture);
    const auto earlier = [key](int64_t a, int64_t b) {
      return std::pair(random_bits(key, static_cast<uint64_t>(a)), a) <
             std::pair(random_bits(key, static_cast<uint64_t>(b)), b);
    };
    std::iota(order.begin(), order.end(), 1);
    std::nth_element(order.begin(), order.begin() + (kept - 1), order.end(), earlier);
    std::sort(order.begin(), order.begin() + kept);
    rows.push_back(picture * length);
    for (int64_t i = 0; i < kept; ++i) rows.push_back(picture * length + order[i]);
  }
  return rows;
}

}  // namespace

TrainableModel::TrainableModel(const ModelConfig& config, const TensorStore& weights,
                               const ComputeSection& compute, const at::Device& device,
                               at::ScalarType dtype)
    : config_(config), compute_(compute), patch_dropout_(compute.patch_dropout) {
  const auto* vit = config.image ? std::get_if<VisionTransformerConfig>(&*config.image) : nullptr;
  if (vit != nullptr && patch_dropout_ == 0) patch_dropout_ = vit->patch_dropout;
  if (vit == nullptr && patch_dropout_ > 0)
    fail(ErrorKind::unsupported,
         "a ModifiedResNet has no patches to leave out; set compute.patch_dropout to 0, or train a "
         "vision transformer");
  shared_.device = device;
  shared_.dtype = dtype;
  shared_.training = !compute.frozen_batch_norm;
  shared_.bf16 = compute.precision == "bf16";
  shared_.recompute_blocks = compute.checkpoint_activations;
  shared_.fused = compute.fused_operations;
  torch_backend::keep_parameters(shared_, config, weights);
  shapes_ = shapes_of(shared_.parameters, dtype);
}

at::Tensor TrainableModel::encode_image(const Pixels& pixels, uint64_t seed) {
  if (!config_.image)
    fail(ErrorKind::unsupported, "this model has no image tower; train a whole CLIP");
  Backend b(shared_, nullptr);
  at::Tensor features;
  {
    const Autocast autocast(shared_);
    if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config_.image)) {
      std::vector<int64_t> rows;
      if (training_ && patch_dropout_ > 0)
        rows = kept_rows(*vit, pixels.batch, patch_dropout_, seed);
      const auto tower = prepare_vision_transformer(b, shapes_, *vit, config_.embed_dim);
      features =
          forward(b, tower, pixels, {.prune = compute_.pruned_last_block, .kept_rows = rows});
    } else {
      const auto tower =
          prepare_modified_resnet(b, shapes_, std::get<ModifiedResNetConfig>(*config_.image));
      features = forward(b, tower, pixels);
    }
  }
  return b.normalise(features.to(shared_.dtype), config_.embed_dim);
}

void TrainableModel::observe(Parameters& average, const Pixels& pixels) {
  const at::NoGradGuard no_graph;
  // Statistics move where the layer's parameters ask for gradients.
  for (auto& [name, tensor] : average)
    tensor.set_requires_grad(shared_.parameters.at(name).requires_grad());
  shared_.parameters.swap(average);
  encode_image(pixels, 0);
  shared_.parameters.swap(average);
  for (auto& [name, tensor] : average) tensor.set_requires_grad(false);
}

at::Tensor TrainableModel::encode_text(std::span<const int32_t> padded) {
  if (!config_.text)
    fail(ErrorKind::unsupported, "this model has no text tower; train a whole CLIP");
  Backend b(shared_, nullptr);
  at::Tensor features;
  {
    const Autocast autocast(shared_);
    const TextBatch batch = make_text_batch(
        padded, *config_.text, compute_.packed_texts ? TextRows::packed : TextRows::padded);
    const auto tower = prepare_text_transformer(b, shapes_, *config_.text);
    features = forward(b, tower, batch, compute_.pruned_last_block);
  }
  return b.normalise(features.to(shared_.dtype), config_.embed_dim);
}

void TrainableModel::set_training(bool training) {
  training_ = training;
  shared_.training = training && !compute_.frozen_batch_norm;
}

void TrainableModel::set_trained(const std::vector<ParameterRule>& rules) {
  for (const auto& rule : rules)
    if (const auto leaf = shared_.parameters.find(rule.name); leaf != shared_.parameters.end())
      leaf->second.set_requires_grad(rule.trained);
}

bool TrainableModel::trains(bool image) const {
  return std::any_of(shared_.parameters.begin(), shared_.parameters.end(), [&](const auto& entry) {
    return entry.second.requires_grad() && !entry.first.starts_with("logit_") &&
           entry.first.starts_with("visual.") == image;
  });
}

bool TrainableModel::trains_image() const { return trains(true); }
bool TrainableModel::trains_text() const { return trains(false); }

bool TrainableModel::mixes_pairs() const {
  return shared_.training && trains_image() && config_.image &&
         std::holds_alternative<ModifiedResNetConfig>(*config_.image);
}

TensorStore TrainableModel::weights() const { return to_store(shared_.parameters); }

TensorStore to_store(const Parameters& parameters) {
  TensorStore store;
  for (const auto& [name, leaf] : parameters) {
    const at::Tensor values = leaf.detach().to(at::kCPU, at::kFloat).contiguous();
    store.add(name, values.sizes().vec(),
              {values.data_ptr<float>(), static_cast<size_t>(values.numel())});
  }
  return store;
}

}  // namespace tandem::torch_train
