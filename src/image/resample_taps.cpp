#include "image/resample_taps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/fail.h"

namespace tandem {
namespace {

double box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  // 0.54f, 0.46f: Pillow's constants are floats, and the difference shows.
  return std::sin(x) / x * (0.54f + 0.46f * std::cos(x));
}

double bicubic(double x) {
  const double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) { return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct Kernel {
  double (*weight)(double);
  double support;
};

Kernel kernel_of(Filter filter) {
  switch (filter) {
    case Filter::bilinear: return {bilinear, 1.0};
    case Filter::hamming: return {hamming, 1.0};
    case Filter::bicubic: return {bicubic, 2.0};
    case Filter::lanczos: return {lanczos, 3.0};
    default: return {box, 0.5};
  }
}

}  // namespace

Taps<double> compute_taps(int in, int out, Filter filter, int begin, int end) {
  const Kernel kernel = kernel_of(filter);
  // Pillow passes the source's extent as a float: sides above 2^24 are rounded.
  const double scale = static_cast<double>(static_cast<float>(in)) / out;
  const double filter_scale = std::max(scale, 1.0);
  const double inverse = 1.0 / filter_scale;
  const double support = kernel.support * filter_scale;
  const int64_t window = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  if (out > std::numeric_limits<int>::max() / (window * int64_t{sizeof(double)})) {
    fail(ErrorKind::limit,
         "resizing a side of {} pixels to {} needs too many weights; make the picture less "
         "elongated first",
         in, out);
  }

  Taps<double> taps;
  taps.outputs = end - begin;
  taps.stride = static_cast<int>(std::min<int64_t>(window, in));
  taps.first.resize(taps.outputs);
  taps.count.resize(taps.outputs);
  taps.weights.resize(static_cast<size_t>(taps.outputs) * taps.stride);
  for (int i = 0; i < taps.outputs; ++i) {
    const double center = (begin + i + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int count = std::min(static_cast<int>(center + support + 0.5), in) - first;
    double* weights = taps.weights.data() + static_cast<size_t>(i) * taps.stride;
    double sum = 0.0;
    for (int t = 0; t < count; ++t) {
      weights[t] = kernel.weight((t + first - center + 0.5) * inverse);
      sum += weights[t];
    }
    if (sum != 0.0) {
      for (int t = 0; t < count; ++t) weights[t] /= sum;
    }
    taps.first[i] = first;
    taps.count[i] = count;
  }
  return taps;
}

Taps<int32_t> to_fixed_point(const Taps<double>& taps) {
  Taps<int32_t> fixed{taps.outputs, taps.stride, taps.first, taps.count, {}};
  fixed.weights.resize(taps.weights.size());
  std::transform(taps.weights.begin(), taps.weights.end(), fixed.weights.begin(), [](double w) {
    const double scaled = w * (1 << kWeightBits);
    return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  });
  return fixed;
}

}  // namespace tandem
