// What changes during a run, and how it is kept between two processes' lives.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/checkpoint.h"
#include "train/run_folder.h"
#include "train/torch/adamw.h"
#include "train/torch/trainable_model.h"

namespace tandem::torch_train {

struct TrainState {
  /// `source`: config, preprocessing, tokenizer and weights to begin with.
  TrainState(Checkpoint source, const RunConfig& config, const at::Device& device);

  Checkpoint source;  ///< without its weights once the model has copied them
  TrainableModel model;
  AdamW optimizer;
  Parameters average;  ///< of the weights (optimizer.ema), or empty
  int64_t step = 0;    ///< steps done

  /// Weights, moments, average and step as the checkpoint has them. Errors: bad_model where it is
  /// another model's, or incomplete.
  void restore(const RunCheckpoint& checkpoint);
  /// Writes them; returns the checkpoint's folder, which opens as the averaged model where there is
  /// one.
  /// `facts`: a JSON object's text, kept beside.
  std::string save(RunFolder& folder, const std::string& facts, int keep);
};

}  // namespace tandem::torch_train
