#include "data/feed_schedule.h"

#include <algorithm>

#include "base/fail.h"

namespace tandem {

FeedSchedule::FeedSchedule(const FeedPlan& plan) : plan_(plan) {
  const bool counts = plan.first_step >= 0 && plan.steps >= 0 && plan.batch_size > 0 &&
                      plan.micro_batch >= 0 && plan.passes > 0;
  if (!counts)
    fail(ErrorKind::bad_input,
         "{} steps of {} pairs in portions of {} cannot be fed; give positive numbers", plan.steps,
         plan.batch_size, plan.micro_batch);
  if (plan.ranks < 1 || plan.rank < 0 || plan.rank >= plan.ranks ||
      plan.batch_size % plan.ranks != 0)
    fail(ErrorKind::bad_input,
         "a batch of {} pairs cannot be shared by {} processes (this is number {}); make it a "
         "multiple of them",
         plan.batch_size, plan.ranks, plan.rank);
  share_ = plan.batch_size / plan.ranks;
  micro_batch_ = plan.micro_batch == 0 ? share_ : std::min(plan.micro_batch, share_);
}

Portion FeedSchedule::at(int64_t number) const {
  const int64_t step = plan_.first_step + number / portions_a_step();
  const int64_t in_step = number % portions_a_step();
  const int64_t begin = in_step % portions_a_pass() * micro_batch_;
  return {step, static_cast<int>(in_step / portions_a_pass()),
          step * plan_.batch_size + plan_.rank * share_ + begin,
          std::min(micro_batch_, share_ - begin)};
}

}  // namespace tandem
