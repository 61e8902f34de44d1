#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tandem {

double schedule_factor(const ScheduleSection& schedule, int64_t steps, int64_t step) {
  const auto part = [](int64_t done, int64_t of) {
    return static_cast<double>(done) / static_cast<double>(std::max<int64_t>(1, of));
  };
  if (step < schedule.warmup) return part(step + 1, schedule.warmup);
  switch (schedule.kind) {
    case ScheduleKind::constant: return 1;
    case ScheduleKind::cosine:
      return 0.5 * (1 + std::cos(std::numbers::pi *
                                 part(step - schedule.warmup, steps - schedule.warmup)));
    case ScheduleKind::cooldown: {
      const int64_t start = steps - schedule.cooldown;
      return step < start ? 1 : 1 - std::sqrt(part(step - start, schedule.cooldown));
    }
  }
  return 1;
}

}  // namespace tandem
