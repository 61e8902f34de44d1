// A run's folder in small: a model of a few thousand weights, a state, a log.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "backend/random_model.h"
#include "checkpoint/checkpoint.h"
#include "model/weight_table.h"
#include "train/run_folder.h"

namespace tandem_test {

/// Square, and with heads of the width that both layouts say.
inline tandem::ModelConfig run_model() {
  tandem::ModelConfig config = small_vit();
  auto& image = std::get<tandem::VisionTransformerConfig>(*config.image);
  image.image_height = image.image_width = 32;
  image.patch_height = image.patch_width = 8;
  for (auto* block : {&image.transformer, &config.text->transformer})
    *block = {.width = 64, .layers = 1, .heads = 1, .mlp_width = 256};
  return config;
}

/// All weights are `value`.
inline tandem::Checkpoint run_checkpoint(float value) {
  tandem::Checkpoint checkpoint;
  checkpoint.path = "memory";
  checkpoint.layout = tandem::Layout::open_clip;
  checkpoint.config = run_model();
  checkpoint.preprocess.height = checkpoint.preprocess.width = 32;
  checkpoint.weights_dtype = "F32";
  for (const auto& spec : tandem::weight_table(checkpoint.config)) {
    const std::vector<float> values(static_cast<size_t>(tandem::element_count(spec.shape)), value);
    checkpoint.weights.add(spec.name, spec.shape, values);
  }
  return checkpoint;
}

inline tandem::StepRecord run_step(int64_t step, int64_t steps = 100) {
  tandem::StepRecord record;
  record.step = step;
  record.steps = steps;
  record.epoch = static_cast<double>(step) / 10;
  record.loss = 1 + std::exp(-static_cast<double>(step) / 20);
  record.lr = 1e-3;
  record.logit_scale = 14 + static_cast<double>(step) / 10;
  record.grad_norm = 1;
  record.seconds = 0.5;
  record.waited_seconds = 0.01;
  record.pairs_per_second = 128;
  return record;
}

inline tandem::RunConfig run_config(const std::string& out) {
  tandem::RunConfig config;
  config.out = out;
  config.model.architecture = "ViT-B/32";
  config.model.tokenizer = "bpe";
  config.data.train.push_back({.path = "pairs.tar"});
  config.schedule.steps = 100;
  return config;
}

}  // namespace tandem_test
