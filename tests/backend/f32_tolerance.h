// How far float32 may stand from the reference: derived from the model at hand.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/tensor.h"

namespace tandem_test {

/// Each value moved to one of its float neighbours: what rounding once may do to it.
inline std::vector<float> moved_by_one_ulp(std::span<const float> values, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> moved;
  for (const float value : values)
    moved.push_back(std::nextafter(value, random() % 2 ? HUGE_VALF : -HUGE_VALF));
  return moved;
}

/// The same for every weight of an f32 store.
inline tandem::TensorStore moved_by_one_ulp(const tandem::TensorStore& weights, uint32_t seed) {
  tandem::TensorStore moved;
  for (const auto& [name, tensor] : weights.tensors)
    moved.add(name, tensor.shape, moved_by_one_ulp(tandem::to_float(tensor), seed++));
  return moved;
}

inline double largest_difference(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // NaN stays
  }
  return largest;
}

/// 10 times what the reference itself changes by when weights and inputs move
/// by one ulp (a float computation rounds as often again in every operation),
/// and at least 3e-6 of the values' scale: the rule of the golden cases.
inline double f32_tolerance(std::span<const double> exact, std::span<const double> moved) {
  double scale = 0;
  for (const double value : exact) scale = std::max(scale, std::abs(value));
  return std::max(10 * largest_difference(exact, moved), 3e-6 * scale);
}

}  // namespace tandem_test
