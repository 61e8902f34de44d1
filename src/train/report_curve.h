// Numbers of a run's log as curves that fit a screen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tandem {

/// One run's line in one chart. Of the band, low and high of all values that a point stands for.
struct Curve {
  size_t run = 0;  ///< whose colour
  std::vector<double> x, y, low, high;
};

/// Steps and values; what is not finite is left out.
struct Values {
  std::vector<double> x, y;
};

/// At most `points` points: each the mean of its share of the values (where `smooth`, of those
/// around it too), with their range. The first and the last x stay.
Curve thinned(const Values& values, size_t run, bool smooth, size_t points = 400);

struct Range {
  double low = 0, high = 1;
};

/// What the axis shows: all means, and the band but for its few furthest values. Never empty.
Range range_of(const std::vector<Curve>& curves, bool from_zero);

/// 3 to 7 round numbers inside the range: 1, 2 or 5 times a power of ten apart.
std::vector<double> ticks_of(const Range& range);

/// "12,000", "1.5M", "0.25", "5e-5"; equally many decimals for the ticks of one axis.
std::string tick_label(double tick, double spacing);
/// "-1,234,567" of a whole number.
std::string grouped(int64_t whole);
/// A value for reading: four digits that count.
std::string value_label(double value);

}  // namespace tandem
