#include "search/mixture.h"

#include <algorithm>
#include <cmath>

#include "search/confidence.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

/// Divides by the length and returns it.
double normalise(std::span<float> values) {
  const double length = std::sqrt(cosine(values, values));
  for (float& value : values) value = static_cast<float>(value / std::max(length, 1e-12));
  return length;
}

double confidence_of(const QueryPart& part, std::span<const float> picture,
                     const ScoreSpread& spread, int64_t pictures) {
  const double score = cosine(part.embedding, picture);
  return confidence({.query_z = part.spread.z(score),
                     .picture_z = part.words ? picture_z(score, part.spread, spread) : 0,
                     .pictures = pictures},
                    part.words ? kTextLink : kPictureLink);
}

}  // namespace

std::vector<float> mean_of(std::span<const std::vector<float>> embeddings) {
  std::vector<float> sum(embeddings.front().size());
  for (const auto& embedding : embeddings)
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += embedding[i];
  normalise(sum);
  return sum;
}

Mixture::Mixture(std::vector<QueryPart> wanted, std::vector<QueryPart> unwanted)
    : wanted_(std::move(wanted)), unwanted_(std::move(unwanted)) {
  const size_t width = wanted_.front().embedding.size();
  std::vector<float> sum(width);
  if (wanted_.size() == 1) {  // bit for bit what was asked
    sum = wanted_.front().embedding;
    spread_ = wanted_.front().spread.spread;
  } else {
    for (const auto& part : wanted_)
      for (size_t i = 0; i < width; ++i)
        sum[i] += static_cast<float>(part.weight / part.spread.spread) * part.embedding[i];
    spread_ = 1 / std::max(normalise(sum), 1e-12);
  }
  queries_ = {.rows = 1 + std::ssize(unwanted_),
              .width = static_cast<int64_t>(width),
              .values = std::move(sum)};
  for (const auto& part : unwanted_)
    queries_.values.insert(queries_.values.end(), part.embedding.begin(), part.embedding.end());
}

std::function<float(const float*)> Mixture::combination() const {
  return [this](const float* scores) {
    double score = scores[0] / spread_;
    for (size_t i = 0; i < unwanted_.size(); ++i)
      score -= std::max(0.0, unwanted_[i].spread.z(scores[i + 1]));
    return static_cast<float>(score);
  };
}

double Mixture::confidence(std::span<const float> picture, const ScoreSpread& spread,
                           int64_t pictures) const {
  double logarithm = 0, weights = 0;
  for (const auto& part : wanted_) {
    logarithm += part.weight * std::log(confidence_of(part, picture, spread, pictures));
    weights += part.weight;
  }
  double result = std::exp(logarithm / std::max(weights, 1e-12));
  for (const auto& part : unwanted_) result *= 1 - confidence_of(part, picture, spread, pictures);
  return result;
}

}  // namespace tandem
