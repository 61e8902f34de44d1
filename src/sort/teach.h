// How much examples shall count, and what they change.
#pragma once

#include <span>
#include <vector>

#include "eval/metrics.h"
#include "sort/examples.h"

namespace tandem {

/// What examples changed in one group, each judged by the others.
struct TaughtGroup {
  ExampleWeight weight;  ///< the best by leave-one-out on all examples
  int64_t pictures = 0;  ///< examples that say something of the group
  Share before, after;   ///< of right answers (not exclusive: over categories and pictures)
  int64_t mended = 0, broken = 0;       ///< answers that became right, and wrong
  double gain = 0, low = -1, high = 1;  ///< after - before, with its 95 % interval
  std::vector<int64_t> examples;        ///< of each category, then of none
};

/// Beyond these, teaching is no longer a few examples.
constexpr size_t kMaxExamples = 20'000;

/// Chooses alpha and beta for a group by leave-one-out over the examples: most right answers, then
/// the smallest log loss, then the smallest alpha. `logits` are the words' (CategoryLogits::of), a
/// row for each example. The figures are honest ones: each example is judged by examples and
/// weights that were chosen without it (leave-one-out up to 64 examples, then ten folds), because
/// the best of a grid looks better on its own pictures than it is. Errors: limit for more than
/// kMaxExamples.
TaughtGroup teach_group(const CategoryGroup& group, size_t index, const Examples& examples,
                        std::span<const std::vector<double>> logits);

/// The 95 % interval of (mended - broken) / trials (Agresti and Min 2005: half an observation is
/// added to each cell of the table).
struct PairedGain {
  double value = 0, low = -1, high = 1;
};
PairedGain paired_gain(int64_t mended, int64_t broken, int64_t trials);

/// For each item its fold, 0 to folds - 1: items of one class go to different folds in turn.
std::vector<size_t> stratified_folds(std::span<const size_t> classes, size_t folds);

}  // namespace tandem
