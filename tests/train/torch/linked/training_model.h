// A small model in training, and its gradients by name, for the tests of this folder.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "backend/random_model.h"
#include "train/torch/trainable_model.h"

namespace tandem_test {

inline tandem::ModelConfig random_config(const std::string& name) {
  for (const auto& known : random_models())
    if (known.name == name) return known.config;
  ADD_FAILURE() << "no random model is called " << name;
  return {};
}

inline std::unique_ptr<tandem::torch_train::TrainableModel> trainable(
    const tandem::ModelConfig& config, const tandem::ComputeSection& compute = {},
    at::ScalarType dtype = at::kDouble) {
  auto model = std::make_unique<tandem::torch_train::TrainableModel>(
      config, random_weights(config, 1), compute, at::kCPU, dtype);
  // The random one stands for a block's; e^3 makes the softmax neither flat nor a step.
  model->parameters().at("logit_scale").detach().fill_(3);
  return model;
}

/// Pictures and captions of a batch.
struct Pairs {
  std::vector<float> pixels;
  std::vector<int32_t> tokens;
  int64_t size = 0;
  std::array<int, 2> image_size{};

  tandem::Pixels view() const {
    return {.values = pixels, .batch = size, .height = image_size[0], .width = image_size[1]};
  }
};

inline Pairs random_pairs(const tandem::ModelConfig& config, int64_t size) {
  return {random_pixels(config, size, 2), random_tokens(*config.text, size, 3), size,
          config.image_size()};
}

/// Copies of all gradients that have arrived.
inline tandem::torch_train::Parameters gradients(tandem::torch_train::TrainableModel& model) {
  tandem::torch_train::Parameters found;
  for (const auto& [name, leaf] : model.parameters())
    if (leaf.grad().defined()) found[name] = leaf.grad().clone();
  return found;
}

/// Of each tensor, to `tolerance` of its largest number (or of 1 where that is smaller).
inline void expect_same(const tandem::torch_train::Parameters& found,
                        const tandem::torch_train::Parameters& expected, double tolerance) {
  for (const auto& [name, tensor] : expected) {
    const auto other = found.find(name);
    ASSERT_NE(other, found.end()) << name << ": no gradient arrived";
    const double scale = std::max(1.0, tensor.abs().max().item<double>());
    EXPECT_LE((other->second - tensor).abs().max().item<double>(), tolerance * scale) << name;
  }
  EXPECT_EQ(found.size(), expected.size());
}

}  // namespace tandem_test
