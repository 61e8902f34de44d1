// What the stages of training share.
#pragma once

#include <string>

#include "train/trainer.h"
#include "verify/compare.h"

namespace tandem {

/// "infonce" or "sigmoid". Error: unsupported for another name.
LossKind loss_kind(const std::string& name);

/// Runs the case in libtandem-torch.so. Error: unsupported where that is not there.
ComputedTensors computed_training(const TrainingCase& training_case);

}  // namespace tandem
