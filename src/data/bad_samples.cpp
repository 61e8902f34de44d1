#include "data/bad_samples.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr size_t kWindow = 1000;
// Below this many a share says nothing.
constexpr size_t kLeast = 50;
// That wait for take(); a run that asks after each step never leaves so many.
constexpr size_t kMaxPending = 1000;
constexpr size_t kMaxTaken = 100;

size_t source_index(const Dataset& dataset, int64_t sample) {
  const auto begins = dataset.source_begins();
  return static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), sample) -
                             begins.begin()) -
         1;
}

}  // namespace

BadSamples::BadSamples(const Dataset& dataset, double limit)
    : dataset_(dataset), limit_(limit), sources_(dataset.sources().size()) {}

BadSamples::Recent& BadSamples::recent_of(int64_t sample) {
  return sources_[source_index(dataset_, sample)];
}

void BadSamples::push(Recent& recent, bool bad) {
  recent.bad.push_back(bad);
  recent.bad_count += bad;
  if (recent.bad.size() <= kWindow) return;
  recent.bad_count -= recent.bad.front();
  recent.bad.pop_front();
}

void BadSamples::add_bad(const BadAttempt& attempt) {
  if (known_.insert(attempt.sample).second && pending_.size() < kMaxPending)
    pending_.push_back(attempt.report);
  Recent& recent = recent_of(attempt.sample);
  push(recent, true);
  const size_t seen = recent.bad.size();
  if (seen < kLeast || static_cast<double>(recent.bad_count) <= limit_ * static_cast<double>(seen))
    return;
  fail(ErrorKind::bad_input,
       "{}: {} of the last {} samples could not be used, the last one because of \"{}\"; mend or "
       "leave out the source, or raise bad_limit ({})",
       dataset_.sources()[source_index(dataset_, attempt.sample)].path, recent.bad_count, seen,
       attempt.report.why, limit_);
}

void BadSamples::add_place(const std::vector<BadAttempt>& bad, int64_t good) {
  for (const BadAttempt& attempt : bad) add_bad(attempt);
  push(recent_of(good), false);
}

std::vector<BadSample> BadSamples::take() {
  const size_t count = std::min(pending_.size(), kMaxTaken);
  const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<BadSample> taken(std::make_move_iterator(pending_.begin()),
                               std::make_move_iterator(end));
  pending_.erase(pending_.begin(), end);
  return taken;
}

int BadSamples::max_attempts(double limit) {
  constexpr double kMost = 1000;
  if (!(limit < 1)) return static_cast<int>(kMost);
  const double needed = limit > 0 ? std::log(1e-15) / std::log(limit) : 0;
  return static_cast<int>(std::clamp(std::ceil(needed), static_cast<double>(kLeast), kMost));
}

}  // namespace tandem
