// From a group's logits to what is said of a picture: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sort/taxonomy.h"

namespace tandem {

/// log(mean(exp(values))): what a category with several descriptions gets. Rivals in one softmax
/// would split the probability among near-synonyms; a sum would favour whoever lists more words.
/// Here a category weighs the same with one description as with ten. `values` is not empty.
double log_mean_exp(std::span<const double> values);

/// exclusive: a softmax over the categories, and "none of these" where the group has it, which is
/// then the last logit. Else a sigmoid each, of the logit against the category's counterparts.
/// Logits are divided by the temperature (Guo et al., arXiv 1706.04599): above 1 is less sure.
std::vector<double> group_probabilities(std::span<const double> logits, bool exclusive,
                                        double temperature);

/// What a group says of a picture.
struct GroupAnswer {
  std::vector<size_t> fitting;  ///< categories of the group; at most one where they exclude
  /// How far the answer is from another one, 0 to 1: the smallest change of a probability that the
  /// answer hangs on (the distance to a threshold, or to the second likeliest).
  double margin = 1;
};

/// exclusive: the likeliest fits, unless "none of these" is as likely or its own threshold is not
/// reached. Else each one that reaches its threshold. `probabilities` as group_probabilities gives
/// them, one threshold for each category.
GroupAnswer group_answer(std::span<const double> probabilities, std::span<const double> thresholds,
                         bool exclusive);

}  // namespace tandem
