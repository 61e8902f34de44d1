// Counting what could not be used, and knowing when it is too much.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include "data/dataset.h"
#include "data/feeder.h"

namespace tandem {

/// A sample that was tried for a place and was bad.
struct BadAttempt {
  int64_t sample = 0;
  BadSample report;
};

/// One thread at a time. What is asked in the order of positions gives the same answers whatever
/// the number of threads.
class BadSamples {
 public:
  BadSamples(const Dataset& dataset, double limit);

  /// The samples tried for one place: all bad ones, then the good one. Error: bad_input once too
  /// many of the last thousand of a source were bad.
  void add_place(const std::vector<BadAttempt>& bad, int64_t good);
  std::vector<BadSample> take();
  int64_t count() const { return static_cast<int64_t>(known_.size()); }

  /// How many samples to try for one place before saying that a source is no good: so many that a
  /// source below the limit has them all bad less than once in 10^15 places.
  static int max_attempts(double limit);

 private:
  /// Of one source: the last thousand samples, true for bad.
  struct Recent {
    std::deque<bool> bad;
    int64_t bad_count = 0;
  };
  Recent& recent_of(int64_t sample);
  static void push(Recent& recent, bool bad);
  void add_bad(const BadAttempt& attempt);

  const Dataset& dataset_;
  double limit_;
  std::vector<Recent> sources_;
  std::unordered_set<int64_t> known_;
  std::vector<BadSample> pending_;
};

}  // namespace tandem
