// The learning rate at each step.
#pragma once

#include "train/run_config.h"

namespace tandem {

/// The factor of the base rate at step s of `steps`, from 0 (open_clip/train scheduler.py): (s + 1)
/// / warmup while s < warmup; then cosine 0.5 (1 + cos(pi (s - warmup) / (steps - warmup))),
/// constant 1, or constant with 1 - sqrt((s - start) / cooldown) from start = steps - cooldown on.
double schedule_factor(const ScheduleSection& schedule, int64_t steps, int64_t step);

}  // namespace tandem
