// A CLIP whose weights can be trained: the towers of model/ on the torch backend, with gradients.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "backend/torch/torch_backend.h"
#include "checkpoint/checkpoint.h"
#include "train/parameter_groups.h"
#include "train/run_config.h"

namespace tandem::torch_train {

using Parameters = std::map<std::string, at::Tensor, std::less<>>;

class TrainableModel {
 public:
  /// Copies the weights to `device`. f32 master weights; compute.precision bf16 casts inside
  /// operations. Without compute.patch_dropout the architecture's own counts. Errors: unsupported
  /// for patch dropout of a ModifiedResNet.
  TrainableModel(const ModelConfig& config, const TensorStore& weights,
                 const ComputeSection& compute, const at::Device& device,
                 at::ScalarType dtype = at::kFloat);

  /// A graph refers to the model.
  TrainableModel(const TrainableModel&) = delete;
  TrainableModel& operator=(const TrainableModel&) = delete;

  /// Features of length 1, [n, embed_dim], in the parameters' type, with a graph where gradients
  /// are on and something is trained. Patch dropout leaves out of picture i what `seed` + i
  /// decides: pictures keep their patches however a batch is cut into portions.
  at::Tensor encode_image(const Pixels& pixels, uint64_t seed);
  /// `padded` is [n, context_length].
  at::Tensor encode_text(std::span<const int32_t> padded);

  /// Moves batch norm's statistics in `average`, weights of this model at another time, by what
  /// these weights make of the pictures. The model's own statistics are those of its own weights,
  /// and averaged weights make other activations (SWA, arXiv 1803.05407, section 3.2).
  void observe(Parameters& average, const Pixels& pixels);

  /// Batch norm's mode, patch dropout: on at first, off for validation.
  void set_training(bool training);
  /// What rules lock asks for no gradient from now on (nor does its batch norm move).
  void set_trained(const std::vector<ParameterRule>& rules);
  bool trains_image() const;
  bool trains_text() const;
  /// Whether features depend on the rest of their portion: batch norm by the batch's statistics.
  bool mixes_pairs() const;

  /// Leaves by canonical name, "logit_scale" and statistics included. They may be written in
  /// place, not replaced.
  Parameters& parameters() { return shared_.parameters; }
  const ModelConfig& config() const { return config_; }
  /// The weights as they are now, on the CPU, in f32.
  TensorStore weights() const;

 private:
  bool trains(bool image) const;

  ModelConfig config_;
  ComputeSection compute_;
  double patch_dropout_ = 0;
  bool training_ = true;
  torch_backend::Shared shared_;
  TensorStore shapes_;  // of the parameters; prepared weights are views of these
};

/// Copies to the CPU, in f32: of a model's parameters, or of averaged ones.
TensorStore to_store(const Parameters& parameters);

}  // namespace tandem::torch_train
