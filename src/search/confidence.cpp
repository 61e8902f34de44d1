#include "search/confidence.h"

#include <array>
#include <cmath>
#include <vector>

#include "base/logistic_regression.h"
#include "train/random.h"

namespace tandem {
namespace {

using Terms = std::array<double, 3>;

Terms terms_of(const MatchFeatures& features) {
  return {1, features.query_z - best_by_chance(features.pictures), features.picture_z};
}

}  // namespace

// Both are fitted with the built-in model, on pictures that it has not seen: docs/search_scores.md
// says how.
const MatchLink kTextLink = {-3.099, 0.605, 0.225};
const MatchLink kPictureLink = {-2.917, 0.796, 0};

double best_by_chance(int64_t n) {
  return n <= 1 ? 0 : normal_quantile(std::pow(0.5, 1 / static_cast<double>(n)));
}

double confidence(const MatchFeatures& features, const MatchLink& link) {
  const Terms weights = {link.bias, link.of_query, link.of_picture};
  return logistic(dot(weights, terms_of(features)));
}

MatchLink fit_link(std::span<const JudgedMatch> pairs) {
  std::vector<LogisticTrial<3>> trials;
  trials.reserve(pairs.size());
  for (const auto& pair : pairs) trials.push_back({terms_of(pair.features), pair.fits});
  const Terms weights = fit_logistic<3>(trials);
  return {weights[0], weights[1], weights[2]};
}

}  // namespace tandem
