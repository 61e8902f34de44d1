// What RunFolder does to RUN/checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/run_folder.h"

namespace tandem {

/// RunFolder::save. A step that is there already stays as it is.
std::string write_run_checkpoint(const std::string& run, int64_t step, const Checkpoint& model,
                                 const TensorStore& state, const std::string& facts, int keep);

/// What a killed process left.
void remove_half_written(const std::string& run);

/// Checkpoints after a step that the run goes back to get another name, so that none of them is the
/// latest any more; gives the new names.
std::vector<std::string> set_aside_later(const std::string& run, int64_t step);

}  // namespace tandem
