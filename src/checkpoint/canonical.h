// From a layout's tensors, renamed, to the weights of a checkpoint: what every layout
// does at the end.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace tandem {

/// Files that a layout read, for sentences.
struct SourceNames {
  std::string weights;  ///< the file or folder of the weights
  std::string config;   ///< the config file; empty where the config is derived from the weights
};

/// Checks that the canonical tensors have the config's numbers of layers, its
/// widths, vocabulary and patches. bad_model in a sentence that names both
/// files and both values.
void check_sizes(const TensorStore& weights, const ModelConfig& config, const SourceNames& names);

/// Position tables of other lengths than the config's are resized as open_clip
/// does; each is told in checkpoint.resized.
void resize_positions(Checkpoint& checkpoint, const SourceNames& names);

/// The options' picture size and context length take the place of the config's
/// (and of the preprocessing's).
void apply_sizes(Checkpoint& checkpoint, const OpenOptions& options);

/// Keeps the tensors of the config's weight table alone, scalars as scalars,
/// checks shapes (check_weights), and fills weights_dtype. `refuse_others`: a
/// tensor that is no buffer and that the table does not name is bad_model.
void keep_table(Checkpoint& checkpoint, const SourceNames& names, bool refuse_others);

/// "resblocks.N." after `prefix`: how many different N there are.
int count_layers(const TensorStore& weights, const std::string& prefix);

}  // namespace tandem
