// Which portions a plan asks for, by number.
#pragma once

#include <cstdint>

#include "data/feeder.h"

namespace tandem {

/// A portion's place in the plan.
struct Portion {
  int64_t step = 0;
  int pass = 0;
  int64_t first_position = 0, size = 0;
};

class FeedSchedule {
 public:
  /// Errors: bad_input for a plan that cannot be (a batch that ranks do not divide...).
  explicit FeedSchedule(const FeedPlan& plan);

  int64_t size() const { return plan_.steps * portions_a_step(); }
  /// `number` from 0 to size() - 1.
  Portion at(int64_t number) const;

 private:
  int64_t portions_a_pass() const { return (share_ + micro_batch_ - 1) / micro_batch_; }
  int64_t portions_a_step() const { return plan_.passes * portions_a_pass(); }

  FeedPlan plan_;
  int64_t share_ = 0, micro_batch_ = 0;  // of this rank
};

}  // namespace tandem
