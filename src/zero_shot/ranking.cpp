#include "zero_shot/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tandem {

double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<double> softmax(std::span<const double> logits) {
  std::vector<double> values(logits.begin(), logits.end());
  if (values.empty()) return values;
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - largest);
  for (double& value : values) value /= sum;
  return values;
}

std::vector<double> sigmoid(std::span<const double> logits) {
  std::vector<double> values(logits.begin(), logits.end());
  for (double& value : values) value = 1 / (1 + std::exp(-value));
  return values;
}

std::vector<size_t> top(std::span<const double> values, size_t count) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](size_t a, size_t b) {
                      return values[a] > values[b] || (values[a] == values[b] && a < b);
                    });
  order.resize(count);
  return order;
}

}  // namespace tandem
