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

// The first was fitted with a weak model, docs/search_scores.md says how; the second is set: two
// spreads above the best by chance are as likely as not to fit.
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
  std::vector<LogisticTrial<3>> trials;
  trials.reserve(pairs.size());
  for (const auto& pair : pairs) trials.push_back({terms_of(pair.features), pair.fits});
  const Terms weights = fit_logistic<3>(trials);
  return {weights[0], weights[1], weights[2]};
}

}  // namespace tandem
