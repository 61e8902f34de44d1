// What the verbs below `train` share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "train/run_config.h"

namespace tandem::cli {

/// read_run_config, with template sets by name ("openai80") replaced by their sentences.
RunConfig read_training_config(const std::string& path,
                               const std::vector<std::pair<std::string, std::string>>& overrides);

/// tandem train teach: a teacher's embeddings of a run's data.
void add_train_teach(CLI::App& train, Context& context);

}  // namespace tandem::cli
