#include "train/pace.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/progress.h"

namespace tandem {
namespace {

// Steps that an average remembers: long enough to be calm, short enough to show a change.
constexpr double kMemory = 20;

}  // namespace

void Pace::add(const StepRecord& record) {
  ++steps_;
  // Of the first steps the plain average.
  const double share = 1 / std::min(static_cast<double>(steps_), kMemory);
  seconds_ += share * (record.seconds - seconds_);
  waited_ += share * (record.waited_seconds - waited_);
  pairs_per_second_ += share * (record.pairs_per_second - pairs_per_second_);
  last_ = record;
}

double Pace::done() const {
  return last_.steps > 0 ? static_cast<double>(last_.step) / static_cast<double>(last_.steps) : 0;
}

double Pace::seconds_left() const {
  return seconds_ * static_cast<double>(last_.steps - last_.step);
}

std::string Pace::line() const {
  return fmt::format(
      "step {} of {}, loss {:.4f}, logit scale {:.2f}, lr {:.1e}, {:.{}f} pairs/s, "
      "waiting {:.1f}%, {} left",
      last_.step, last_.steps, last_.loss, last_.logit_scale, last_.lr, pairs_per_second_,
      pairs_per_second_ < 10 ? 1 : 0, 100 * waiting(), duration_in_words(seconds_left()));
}

}  // namespace tandem
