#include "search/confidence.h"

#include <array>
#include <cmath>

#include "train/random.h"

namespace tandem {
namespace {

constexpr int kTerms = 3;
using Terms = std::array<double, kTerms>;

Terms terms_of(const MatchFeatures& features) {
  return {1, features.query_z - best_by_chance(features.pictures), features.picture_z};
}

double logistic(double logit) { return 1 / (1 + std::exp(-logit)); }

double dot(const Terms& a, const Terms& b) {
  double sum = 0;
  for (int i = 0; i < kTerms; ++i) sum += a[i] * b[i];
  return sum;
}

// Gaussian elimination; the matrix is positive definite.
Terms solve(std::array<Terms, kTerms> a, Terms b) {
  for (int i = 0; i < kTerms; ++i)
    for (int j = i + 1; j < kTerms; ++j) {
      const double factor = a[j][i] / a[i][i];
      for (int k = i; k < kTerms; ++k) a[j][k] -= factor * a[i][k];
      b[j] -= factor * b[i];
    }
  for (int i = kTerms - 1; i >= 0; --i) {
    for (int k = i + 1; k < kTerms; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

}  // namespace

// The first by `tandem eval search --fit`, docs/search_scores.md says on which data; the second is
// set: two spreads above the best by chance are as likely as not to fit.
const MatchLink kTextLink = {-4.694, 0.237, 0.841};
const MatchLink kPictureLink = {-2.0, 1.0, 0};

double best_by_chance(int64_t n) {
  return n <= 1 ? 0 : normal_quantile(std::pow(0.5, 1 / static_cast<double>(n)));
}

double confidence(const MatchFeatures& features, const MatchLink& link) {
  const Terms weights = {link.bias, link.of_query, link.of_picture};
  return logistic(dot(weights, terms_of(features)));
}

MatchLink fit_link(std::span<const JudgedMatch> pairs) {
  constexpr double kPenalty = 1e-3;
  constexpr int kSteps = 50;
  Terms weights{};
  for (int step = 0; step < kSteps && !pairs.empty(); ++step) {
    Terms slope{};
    std::array<Terms, kTerms> curve{};
    for (int i = 0; i < kTerms; ++i) {
      slope[i] = -kPenalty * weights[i];
      curve[i][i] = kPenalty;
    }
    for (const auto& pair : pairs) {
      const Terms terms = terms_of(pair.features);
      const double p = logistic(dot(weights, terms));
      for (int i = 0; i < kTerms; ++i) {
        slope[i] += (pair.fits - p) * terms[i];
        for (int j = 0; j < kTerms; ++j) curve[i][j] += p * (1 - p) * terms[i] * terms[j];
      }
    }
    const Terms move = solve(curve, slope);
    for (int i = 0; i < kTerms; ++i) weights[i] += move[i];
  }
  return {weights[0], weights[1], weights[2]};
}

}  // namespace tandem
