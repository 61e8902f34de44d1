#include "model/positions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tandem {
namespace {

// Keys' cubic with a = -0.5, which torch takes where it antialiases.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((x - 5) * x + 8) * x * a - 4 * a;
  return 0;
}

// What one new row is made of: source rows from `begin` on, by weight.
struct Taps {
  int begin = 0;
  std::vector<double> weights;
};

// Torch's antialiased bicubic from `in` to `out` rows: the kernel is stretched
// where it shrinks, cut at the borders, and its weights are divided by their sum.
std::vector<Taps> bicubic_taps(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);
  const double support = 2 * stretch;
  std::vector<Taps> taps(out);
  for (int i = 0; i < out; ++i) {
    const double center = scale * (i + 0.5);
    const int begin = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), in);
    double sum = 0;
    for (int j = begin; j < end; ++j) {
      taps[i].weights.push_back(cubic((j - center + 0.5) / stretch));
      sum += taps[i].weights.back();
    }
    for (double& weight : taps[i].weights) weight /= sum;
    taps[i].begin = begin;
  }
  return taps;
}

// Rows of `width` numbers, new row i at begin + i * stride, made of old ones at
// the same spacing.
void interpolate(const double* from, double* to, const std::vector<Taps>& taps, int64_t stride,
                 int64_t width) {
  for (size_t i = 0; i < taps.size(); ++i) {
    double* row = to + static_cast<int64_t>(i) * stride;
    std::fill(row, row + width, 0.0);
    for (size_t j = 0; j < taps[i].weights.size(); ++j) {
      const double* source = from + (taps[i].begin + static_cast<int64_t>(j)) * stride;
      for (int64_t k = 0; k < width; ++k) row[k] += taps[i].weights[j] * source[k];
    }
  }
}

}  // namespace

std::vector<double> resize_image_positions(const TensorView& table, int grid_height,
                                           int grid_width) {
  const int64_t width = table.shape[1];
  const int side = static_cast<int>(std::sqrt(static_cast<double>(table.shape[0] - 1)));
  const std::vector<double> old = to_double(table);
  const double* grid = old.data() + width;
  // Columns first, as torch does: [side, grid_width, width].
  std::vector<double> narrow(static_cast<size_t>(side) * grid_width * width);
  const auto column_taps = bicubic_taps(side, grid_width);
  for (int y = 0; y < side; ++y)
    interpolate(grid + int64_t{y} * side * width, narrow.data() + int64_t{y} * grid_width * width,
                column_taps, width, width);
  std::vector<double> resized(static_cast<size_t>(1 + int64_t{grid_height} * grid_width) * width);
  std::copy(old.begin(), old.begin() + width, resized.begin());
  const int64_t row = int64_t{grid_width} * width;
  interpolate(narrow.data(), resized.data() + width, bicubic_taps(side, grid_height), row, row);
  return resized;
}

std::vector<double> resize_text_positions(const TensorView& table, int new_rows) {
  const int rows = static_cast<int>(table.shape[0]);
  const int64_t width = table.shape[1];
  std::vector<Taps> taps(new_rows);
  for (int i = 0; i < new_rows; ++i) {
    const double at = std::max(static_cast<double>(rows) / new_rows * (i + 0.5) - 0.5, 0.0);
    const int begin = std::min(static_cast<int>(at), rows - 1);
    taps[i].begin = begin;
    taps[i].weights =
        begin + 1 < rows ? std::vector{1 - (at - begin), at - begin} : std::vector{1.0};
  }
  const std::vector<double> old = to_double(table);
  std::vector<double> resized(static_cast<size_t>(new_rows) * width);
  interpolate(old.data(), resized.data(), taps, width, width);
  return resized;
}

}  // namespace tandem
