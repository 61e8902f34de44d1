#include "base/progress.h"

#include <fmt/core.h>

#include <cmath>

namespace tandem {

std::string duration_in_words(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string progress_line(int64_t done, int64_t total, const std::string& what, double seconds) {
  const double rate = static_cast<double>(done) / seconds;
  if (total <= 0) return fmt::format("{} {}, {:.{}f}/s", done, what, rate, rate < 10 ? 1 : 0);
  return fmt::format("{} of {} {}, {:.{}f}/s, {} left", done, total, what, rate, rate < 10 ? 1 : 0,
                     duration_in_words(static_cast<double>(total - done) / rate));
}

}  // namespace tandem
