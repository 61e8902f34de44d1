// Timing with repeats.
#pragma once

#include <functional>

#include "bench/bench.h"

namespace tandem {

/// Runs `body` once unmeasured and then `repeats` times; the figure's value is
/// the median of amount / seconds, with its spread.
Figure measure_rate(int repeats, double amount, const std::function<void()>& body);
/// The same for milliseconds a run.
Figure measure_milliseconds(int repeats, const std::function<void()>& body);

}  // namespace tandem
