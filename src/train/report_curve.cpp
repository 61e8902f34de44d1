#include "train/report_curve.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

// Share of a curve that its mean looks to each side.
constexpr double kSmoothing = 0.01;

struct Sums {
  std::vector<double> before;  // of the first i values

  explicit Sums(const std::vector<double>& values) : before(values.size() + 1) {
    for (size_t i = 0; i < values.size(); ++i) before[i + 1] = before[i] + values[i];
  }
  double mean(size_t begin, size_t end) const {
    return (before[end] - before[begin]) / static_cast<double>(end - begin);
  }
};

// The value below which a share of the sorted values lies.
double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

Curve thinned(const Values& values, size_t run, bool smooth, size_t points) {
  Values finite;
  for (size_t i = 0; i < values.x.size(); ++i)
    if (std::isfinite(values.y[i])) {
      finite.x.push_back(values.x[i]);
      finite.y.push_back(values.y[i]);
    }
  const size_t count = finite.x.size();
  const size_t shown = std::min(count, points);
  const auto reach = smooth ? static_cast<size_t>(kSmoothing * static_cast<double>(count)) : 0;
  const Sums sums(finite.y);
  Curve curve{.run = run};
  for (size_t i = 0; i < shown; ++i) {
    const size_t begin = i * count / shown, end = (i + 1) * count / shown;
    const bool first = i == 0, last = i + 1 == shown;
    curve.x.push_back(first  ? finite.x.front()
                      : last ? finite.x.back()
                             : (finite.x[begin] + finite.x[end - 1]) / 2);
    // What does not wave is shown as it was at the ends.
    const double mean = sums.mean(begin - std::min(begin, reach), std::min(count, end + reach));
    curve.y.push_back(smooth ? mean : first ? finite.y.front() : last ? finite.y.back() : mean);
    const auto [low, high] =
        std::minmax_element(finite.y.begin() + static_cast<std::ptrdiff_t>(begin),
                            finite.y.begin() + static_cast<std::ptrdiff_t>(end));
    curve.low.push_back(*low);
    curve.high.push_back(*high);
  }
  return curve;
}

Range range_of(const std::vector<Curve>& curves, bool from_zero) {
  std::vector<double> ends;
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const auto& curve : curves) {
    for (const double y : curve.y) {
      range.low = std::min(range.low, y);
      range.high = std::max(range.high, y);
    }
    ends.insert(ends.end(), curve.low.begin(), curve.low.end());
    ends.insert(ends.end(), curve.high.begin(), curve.high.end());
  }
  if (ends.empty()) return {};
  std::sort(ends.begin(), ends.end());
  range.low = std::min(range.low, quantile(ends, 0.01));
  range.high = std::max(range.high, quantile(ends, 0.99));
  if (from_zero) range.low = std::min(0.0, range.low);
  if (range.high - range.low < 1e-9 * std::max(std::abs(range.low), std::abs(range.high)) ||
      range.high == range.low) {
    const double room = range.high == 0 ? 1 : 0.1 * std::abs(range.high);
    range.high += room;
    if (!from_zero || range.low < 0) range.low -= room;
  }
  const double margin = 0.05 * (range.high - range.low);
  range.high += margin;
  if (!from_zero || range.low < 0) range.low -= margin;
  return range;
}

std::vector<double> ticks_of(const Range& range) {
  const double width = range.high - range.low;
  const double power = std::pow(10, std::floor(std::log10(width)));
  double spacing = power;
  for (const double step : {0.1, 0.2, 0.5, 1.0, 2.0})
    if (width / (step * power) <= 6) {
      spacing = step * power;
      break;
    }
  std::vector<double> ticks;
  for (double i = std::ceil(range.low / spacing); i * spacing <= range.high; ++i)
    ticks.push_back(i == 0 ? 0 : i * spacing);
  return ticks;
}

std::string grouped(int64_t whole) {
  const std::string digits = std::to_string(std::abs(whole));
  std::string text = whole < 0 ? "-" : "";
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string tick_label(double tick, double spacing) {
  const double size = std::abs(tick);
  if (size >= 1e6) return fmt::format("{:g}M", tick / 1e6);
  if (spacing >= 1) return grouped(std::llround(tick));
  if (spacing < 1e-3) return tick == 0 ? "0" : fmt::format("{:.3g}", tick);
  const int decimals = static_cast<int>(std::ceil(-std::log10(spacing) - 1e-9));
  return fmt::format("{:.{}f}", tick, decimals);
}

std::string value_label(double value) {
  if (!std::isfinite(value)) return "none";
  if (std::abs(value) >= 9999.5) return grouped(std::llround(value));
  return fmt::format("{:.4g}", value);
}

}  // namespace tandem
