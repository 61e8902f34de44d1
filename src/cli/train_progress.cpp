#include "cli/train_progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cli/context.h"

namespace tandem::cli {
namespace {

constexpr int kBarWidth = 20;
constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr auto kNowAndThen = std::chrono::seconds(30);

size_t columns_of_stderr() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

TrainProgress::TrainProgress(bool wanted)
    : wanted_(wanted), terminal_(::isatty(STDERR_FILENO) != 0) {}

TrainProgress::~TrainProgress() { wipe(); }

void TrainProgress::step(const StepRecord& record) {
  pace_.add(record);
  if (!wanted_) return;
  const auto now = Clock::now();
  const bool end = record.step == record.steps;
  if (last_ != Clock::time_point() && !end && now - last_ < (terminal_ ? kRedraw : kNowAndThen))
    return;
  last_ = now;
  if (terminal_)
    draw();
  else
    fmt::print(stderr, "{}\n", pace_.line());
}

void TrainProgress::line(const std::string& text) {
  if (!wanted_) return;
  wipe();
  fmt::print(stderr, "{}\n", text);
  if (terminal_ && last_ != Clock::time_point()) draw();
}

// One row of the terminal: what does not fit is left out, the bar first.
void TrainProgress::draw() {
  const std::string line = pace_.line();
  const size_t columns = columns_of_stderr() - 1;
  const bool with_bar = line.size() + kBarWidth + 3 <= columns;
  fmt::print(stderr, "\r\033[K{}{}",
             with_bar ? "\xe2\x96\x95" + bar(pace_.done(), kBarWidth) + "\xe2\x96\x8f " : "",
             line.substr(0, columns));
  std::fflush(stderr);
  drawn_ = true;
}

void TrainProgress::wipe() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace tandem::cli
