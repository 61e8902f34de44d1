// How a run goes, in one line: for a terminal, and now and then for a log.
#pragma once

#include <cstdint>
#include <string>

#include "train/trainer.h"

namespace tandem {

/// Averages over the last steps.
class Pace {
 public:
  void add(const StepRecord& record);

  /// Of all steps: 0 to 1.
  double done() const;
  double pairs_per_second() const { return pairs_per_second_; }
  /// Share of the time, 0 to 1.
  double waiting() const { return seconds_ > 0 ? waited_ / seconds_ : 0; }
  double seconds_left() const;

  /// "step 1280 of 5000, loss 3.214, logit scale 14.31, lr 4.9e-04, 164 pairs/s, waiting 0.4%,
  /// 23 min left"
  std::string line() const;

 private:
  StepRecord last_;
  int64_t steps_ = 0;
  double seconds_ = 0, waited_ = 0, pairs_per_second_ = 0;
};

}  // namespace tandem
