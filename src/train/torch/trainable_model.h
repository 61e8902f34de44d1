// A CLIP whose weights can be trained: the towers of model/ on the torch backend, with gradients.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <span>
#include <string>

#include "backend/torch/torch_backend.h"
#include "checkpoint/checkpoint.h"
#include "train/run_config.h"

namespace tandem::torch_train {

class TrainableModel {
 public:
  /// Copies the weights to `device`. f32 master weights; compute.precision bf16 casts inside
  /// operations.
  TrainableModel(const ModelConfig& config, const TensorStore& weights,
                 const ComputeSection& compute, const at::Device& device,
                 at::ScalarType dtype = at::kFloat);

  /// Features of length 1, [n, embed_dim], with a graph where gradients are on. `seed` decides what
  /// patch dropout leaves out: the same seed, the same features.
  at::Tensor encode_image(const Pixels& pixels, uint64_t seed);
  /// `padded` is [n, context_length].
  at::Tensor encode_text(std::span<const int32_t> padded);

  /// Batch norm's mode, patch dropout: off for validation.
  void set_training(bool training);

  /// Leaves by canonical name, "logit_scale" and statistics included.
  std::map<std::string, at::Tensor, std::less<>>& parameters();
  const ModelConfig& config() const;
  /// The weights as they are now, on the CPU, in f32 (of `parameters`, or of another map of the
  /// same names).
  TensorStore weights() const;
};

}  // namespace tandem::torch_train
