// What each saving of the trainer is worth, in one run.
#pragma once

#include <functional>

#include "train/trainer.h"

namespace tandem::torch_train {

/// Whole training steps (forward, loss, backward, AdamW) on made-up pairs. The variants take turns,
/// so that a noisy machine is noisy for all of them.
void bench_steps(const StepBench& bench, const std::function<void(const StepTiming&)>& report);

}  // namespace tandem::torch_train
