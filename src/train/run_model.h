// The model that a run trains, before its first step.
#pragma once

#include "checkpoint/checkpoint.h"
#include "text/tokenizer.h"
#include "train/run_config.h"

namespace tandem {

/// The architecture with the reference's initialisation, or the checkpoint to go on from, as the
/// configuration says: sizes changed, the vocabulary the tokenizer's, logit_bias where the loss has
/// one. Both towers are there. Errors: as open_checkpoint, read_architecture; bad_input for an
/// architecture without a tokenizer, unsupported for one tower alone.
Checkpoint starting_model(const RunConfig& config);

/// The model's tokenizer. Errors: as Tokenizer::load and check_tokenizer.
Tokenizer tokenizer_of(const Checkpoint& model);

/// The layout in which the run's checkpoints are written: open_clip's, but Hugging Face's for a
/// model that came from there.
Layout checkpoint_layout(const Checkpoint& model);

}  // namespace tandem
