// What a run records about itself, so that it can be judged and repeated.
#pragma once

#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "data/dataset.h"
#include "train/trainer.h"

namespace tandem::torch_train {

struct RunData {
  const Dataset& train;
  const Dataset* validation = nullptr;
};

/// A JSON object: the command, architecture, device, threads, processes, libtorch, tokenizer,
/// sources with counts and fingerprints.
std::string run_facts(const TrainRequest& request, const Checkpoint& model,
                      const Tokenizer& tokenizer, const RunData& data, int64_t steps,
                      int processes);

/// A sentence where a checkpoint was made from other data than `now` says: going on is then no
/// repetition.
std::optional<std::string> changed_facts(const std::string& checkpoint_folder,
                                         const std::string& now);

}  // namespace tandem::torch_train
