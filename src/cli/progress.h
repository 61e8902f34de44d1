// A line on the terminal that says how far a long job is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tandem::cli {

/// "1,280 of 5,000 pictures, 164/s, 23 s left", rewritten in place on stderr
/// and removed at the end. Says nothing where stderr is no terminal, where it
/// is not wanted, or in the first second.
class Progress {
 public:
  /// `total`: 0 where it is not known. `what`: "pictures".
  Progress(int64_t total, std::string what, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t count = 1);

 private:
  using Clock = std::chrono::steady_clock;
  int64_t total_, done_ = 0;
  std::string what_;
  bool shown_ = false, wanted_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace tandem::cli
