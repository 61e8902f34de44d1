#include "sort/answer.h"

#include <algorithm>
#include <cmath>

#include "zero_shot/ranking.h"

namespace tandem {

double log_mean_exp(std::span<const double> values) {
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum / static_cast<double>(values.size()));
}

std::vector<double> group_probabilities(std::span<const double> logits, bool exclusive,
                                        double temperature) {
  std::vector<double> scaled(logits.begin(), logits.end());
  for (double& logit : scaled) logit /= temperature;
  return exclusive ? softmax(scaled) : sigmoid(scaled);
}

namespace {

GroupAnswer likeliest(std::span<const double> probabilities, std::span<const double> thresholds) {
  const auto order = top(probabilities, 2);
  const size_t first = order[0];
  const double lead = order.size() > 1 ? probabilities[first] - probabilities[order[1]] : 1;
  // "None of these" stands last, so an equal category would come first.
  const bool is_category = first < thresholds.size();
  const bool tied_with_none = is_category && probabilities.size() > thresholds.size() &&
                              probabilities[first] == probabilities.back();
  if (!is_category || tied_with_none) return {.fitting = {}, .margin = lead};
  const double room = probabilities[first] - thresholds[first];
  // Below its threshold the answer hangs on the threshold alone: whoever leads, nothing fits.
  if (room < 0) return {.fitting = {}, .margin = -room};
  return {.fitting = {first}, .margin = std::min(lead, room)};
}

}  // namespace

GroupAnswer group_answer(std::span<const double> probabilities, std::span<const double> thresholds,
                         bool exclusive) {
  if (exclusive) return likeliest(probabilities, thresholds);
  GroupAnswer answer;
  for (size_t c = 0; c < thresholds.size(); ++c) {
    if (probabilities[c] >= thresholds[c]) answer.fitting.push_back(c);
    answer.margin = std::min(answer.margin, std::abs(probabilities[c] - thresholds[c]));
  }
  return answer;
}

}  // namespace tandem
