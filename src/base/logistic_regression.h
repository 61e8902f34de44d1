// Which weights make yes and no likeliest.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace tandem {

/// One judged thing: what is known of it (a leading 1 for the bias), and the answer.
template <size_t kTerms>
struct LogisticTrial {
  std::array<double, kTerms> terms;
  bool yes = false;
};

inline double logistic(double logit) { return 1 / (1 + std::exp(-logit)); }

template <size_t kTerms>
double dot(const std::array<double, kTerms>& a, const std::array<double, kTerms>& b) {
  double sum = 0;
  for (size_t i = 0; i < kTerms; ++i) sum += a[i] * b[i];
  return sum;
}

/// The solution of a x = b by Gaussian elimination; `a` is positive definite.
template <size_t kTerms>
std::array<double, kTerms> solve(std::array<std::array<double, kTerms>, kTerms> a,
                                 std::array<double, kTerms> b) {
  for (size_t i = 0; i < kTerms; ++i)
    for (size_t j = i + 1; j < kTerms; ++j) {
      const double factor = a[j][i] / a[i][i];
      for (size_t k = i; k < kTerms; ++k) a[j][k] -= factor * a[i][k];
      b[j] -= factor * b[i];
    }
  for (size_t i = kTerms; i-- > 0;) {
    for (size_t k = i + 1; k < kTerms; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// Logistic regression by Newton's steps, with a penalty of 1e-3 on the squares of the weights; no
/// trial at all gives zeros.
template <size_t kTerms>
std::array<double, kTerms> fit_logistic(std::span<const LogisticTrial<kTerms>> trials) {
  constexpr double kPenalty = 1e-3;
  constexpr int kSteps = 50;
  std::array<double, kTerms> weights{};
  for (int step = 0; step < kSteps; ++step) {
    std::array<double, kTerms> slope{};
    std::array<std::array<double, kTerms>, kTerms> curve{};
    for (size_t i = 0; i < kTerms; ++i) {
      slope[i] = -kPenalty * weights[i];
      curve[i][i] = kPenalty;
    }
    for (const auto& [terms, yes] : trials) {
      const double p = logistic(dot(weights, terms));
      for (size_t i = 0; i < kTerms; ++i) {
        slope[i] += (yes - p) * terms[i];
        for (size_t j = 0; j < kTerms; ++j) curve[i][j] += p * (1 - p) * terms[i] * terms[j];
      }
    }
    const auto move = solve(curve, slope);
    for (size_t i = 0; i < kTerms; ++i) weights[i] += move[i];
  }
  return weights;
}

}  // namespace tandem
