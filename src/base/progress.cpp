#include "base/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace tandem {
namespace {

std::string duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string progress_line(int64_t done, int64_t total, const std::string& what, double seconds) {
  const double rate = static_cast<double>(done) / seconds;
  return fmt::format("{} of {} {}, {:.{}f}/s, {} left", done, total, what, rate, rate < 10 ? 1 : 0,
                     duration(static_cast<double>(total - done) / rate));
}

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

}  // namespace tandem
