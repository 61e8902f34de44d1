#include "bench/measure.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tandem {
namespace {

std::vector<double> seconds_of(int repeats, const std::function<void()>& body) {
  using Clock = std::chrono::steady_clock;
  body();
  std::vector<double> seconds;
  for (int i = 0; i < repeats; ++i) {
    const auto start = Clock::now();
    body();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return seconds;
}

Figure summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  return {.value = median,
          .repeats = static_cast<int>(values.size()),
          .spread = median > 0 ? (values.back() - values.front()) / median : 0};
}

}  // namespace

Figure measure_rate(int repeats, double amount, const std::function<void()>& body) {
  auto values = seconds_of(repeats, body);
  for (double& value : values) value = amount / value;
  return summary(std::move(values));
}

Figure measure_milliseconds(int repeats, const std::function<void()>& body) {
  auto values = seconds_of(repeats, body);
  for (double& value : values) value *= 1000;
  return summary(std::move(values));
}

}  // namespace tandem
