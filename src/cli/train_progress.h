// How a run goes: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "train/pace.h"

namespace tandem::cli {

/// Says nothing where it is not wanted (--quiet).
class TrainProgress {
 public:
  explicit TrainProgress(bool wanted);
  ~TrainProgress();
  TrainProgress(const TrainProgress&) = delete;
  TrainProgress& operator=(const TrainProgress&) = delete;

  void step(const StepRecord& record);
  /// A line of its own above the bar, on stderr.
  void line(const std::string& text);
  /// "tandem: sentence" as one.
  void remark(const std::string& sentence) { line("tandem: " + sentence); }

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  void wipe();

  Pace pace_;
  bool wanted_, terminal_, drawn_ = false;
  Clock::time_point last_{};
};

}  // namespace tandem::cli
