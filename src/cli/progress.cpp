#include "cli/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "base/progress.h"

namespace tandem::cli {

Progress::Progress(int64_t total, std::string what, bool wanted)
    : total_(total), what_(std::move(what)), wanted_(wanted && ::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::advance(int64_t count) {
  done_ += count;
  const auto now = Clock::now();
  if (!wanted_ || now - last_ < std::chrono::milliseconds(shown_ ? 200 : 1000)) return;
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr, "\r\033[K{}", progress_line(done_, total_, what_, seconds));
  std::fflush(stderr);
}

}  // namespace tandem::cli
