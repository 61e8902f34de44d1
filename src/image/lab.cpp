#include "image/lab.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

// CIE 1976: the inverse of f(t) = cube root, with its linear part near black.
double inverse_f(double f) {
  constexpr double delta = 24.0 / 116.0;
  return f > delta ? f * f * f : (108.0 / 841.0) * (f - 16.0 / 116.0);
}

// IEC 61966-2-1
uint8_t encode(double linear) {
  linear = std::clamp(linear, 0.0, 1.0);
  const double value =
      linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1.0 / 2.4) - 0.055;
  return static_cast<uint8_t>(std::lround(value * 255.0));
}

}  // namespace

std::array<uint8_t, 3> rgb_from_lab(const uint8_t* lab) {
  const double fy = (lab[0] * (100.0 / 255.0) + 16.0) / 116.0;
  const double fx = fy + (lab[1] - 128) / 500.0;
  const double fz = fy - (lab[2] - 128) / 200.0;
  // ICC's D50 white
  const double x = 0.9642 * inverse_f(fx);
  const double y = inverse_f(fy);
  const double z = 0.8249 * inverse_f(fz);
  // D50 XYZ to linear sRGB: the inverse of the Bradford-adapted sRGB primaries
  return {encode(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
          encode(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z),
          encode(0.0719453 * x - 0.2289914 * y + 1.4052427 * z)};
}

}  // namespace tandem
