#include "eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace tandem {
namespace {

constexpr double kQuantile = 1.959963984540054;  // 97.5 % of the standard normal distribution

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

double hit_within(const Standing& standing, int64_t k) {
  const int64_t places = k - standing.better;
  if (places <= 0) return 0;
  if (places > standing.equal_wrong) return 1;
  // All of the places go to wrong ones: places draws without a right one among the equal.
  double missed = 1;
  for (int64_t i = 0; i < places; ++i) {
    const auto wrong = static_cast<double>(standing.equal_wrong - i);
    missed *= wrong / (wrong + static_cast<double>(standing.equal_right));
  }
  return 1 - missed;
}

double expected_rank(const Standing& standing) {
  // Each wrong one stands before all right ones with probability 1 / (right + 1).
  return 1 + static_cast<double>(standing.better) +
         static_cast<double>(standing.equal_wrong) / static_cast<double>(standing.equal_right + 1);
}

Share wilson(double value, double n) {
  if (!(n > 0)) return {.value = value};
  const double z2 = kQuantile * kQuantile;
  const double centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const double half =
      kQuantile / (1 + z2 / n) * std::sqrt(value * (1 - value) / n + z2 / (4 * n * n));
  // At 0 and 1 the interval ends there exactly; rounding must not move it past the value.
  return {.value = value,
          .low = std::clamp(centre - half, 0.0, value),
          .high = std::clamp(centre + half, value, 1.0)};
}

Share mean_of_classes(std::span<const double> shares, std::span<const int64_t> trials) {
  const auto classes = static_cast<double>(shares.size());
  if (shares.empty()) return {};
  double inverse = 0;
  for (const int64_t n : trials) inverse += 1 / static_cast<double>(n);
  const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / classes;
  return wilson(std::clamp(mean, 0.0, 1.0), classes * classes / inverse);
}

Share mean_of_groups(std::span<const double> hits, std::span<const int64_t> begins) {
  if (hits.empty()) return {};
  const auto trials = static_cast<double>(hits.size());
  const double mean = std::clamp(std::accumulate(hits.begin(), hits.end(), 0.0) / trials, 0.0, 1.0);
  double variance = 0, squares = 0;
  for (size_t g = 0; g + 1 < begins.size(); ++g) {
    double apart = 0;
    for (int64_t i = begins[g]; i < begins[g + 1]; ++i)
      apart += hits[static_cast<size_t>(i)] - mean;
    variance += apart * apart;
    const auto size = static_cast<double>(begins[g + 1] - begins[g]);
    squares += size * size;
  }
  variance /= trials * trials;
  // As if every group answered as one: what is left where nothing tells its trials apart.
  const double least = trials * trials / squares;
  const double effective = variance > 0 ? mean * (1 - mean) / variance : least;
  return wilson(mean, std::clamp(effective, least, trials));
}

RetrievalFigures retrieval_figures(std::span<const Standing> queries,
                                   std::span<const int64_t> begins) {
  RetrievalFigures figures;
  std::vector<double> values(queries.size());
  const auto within = [&](int64_t k) {
    std::transform(queries.begin(), queries.end(), values.begin(),
                   [&](const Standing& standing) { return hit_within(standing, k); });
    return mean_of_groups(values, begins);
  };
  figures.r1 = within(1);
  figures.r5 = within(5);
  figures.r10 = within(10);
  std::transform(queries.begin(), queries.end(), values.begin(), expected_rank);
  figures.median_rank = median(std::move(values));
  return figures;
}

}  // namespace tandem
