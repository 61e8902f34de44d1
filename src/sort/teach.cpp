#include "sort/teach.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/fail.h"
#include "base/interrupt.h"
#include "sort/answer.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr double kAlphas[] = {0, 0.5, 1, 2, 4, 8, 16, 32, 64, 128};
constexpr double kBetas[] = {1, 2, 4, 5.5, 8, 16, 32, 64};
constexpr size_t kGrid = std::size(kAlphas) * std::size(kBetas);
constexpr size_t kLeaveOneOutUpTo = 64;
constexpr size_t kFolds = 10;

ExampleWeight weight_at(size_t cell) {
  return {kAlphas[cell / std::size(kBetas)], kBetas[cell % std::size(kBetas)]};
}

// Right answers and log loss of some pictures, to be compared.
struct Tally {
  int64_t right = 0;
  double loss = 0;
};

// alpha grows along the grid, so the first of equals is the smallest.
size_t best_of(std::span<const Tally> grid) {
  size_t best = 0;
  for (size_t cell = 1; cell < grid.size(); ++cell)
    if (grid[cell].right > grid[best].right ||
        (grid[cell].right == grid[best].right && grid[cell].loss < grid[best].loss - 1e-9))
      best = cell;
  return best;
}

// How right the logits are for a picture of these cells; exclusive groups have one decision, else
// each category is one.
Tally judged(const ExampleCells& cells, std::span<const double> logits,
             std::span<const size_t> own) {
  constexpr double kLeast = 1e-12;
  const auto probabilities = group_probabilities(logits, cells.exclusive, 1);
  if (cells.exclusive) {
    const bool right = top(logits, 1)[0] == own[0];
    return {right, -std::log(std::max(probabilities[own[0]], kLeast))};
  }
  Tally tally;
  for (size_t c = 0; c < logits.size(); ++c) {
    const bool fits = own[c] == c;
    tally.right += (logits[c] >= 0) == fits;
    tally.loss -= std::log(std::max(fits ? probabilities[c] : 1 - probabilities[c], kLeast));
  }
  return tally;
}

// One group's examples, and what each grid point does to each of them.
class Trial {
 public:
  Trial(const CategoryGroup& group, size_t index, const Examples& examples,
        std::span<const std::vector<double>> logits)
      : cells_(group), examples_(examples), logits_(logits) {
    for (size_t i = 0; i < examples.pictures.size(); ++i) {
      auto own = cells_.of(truth_in(examples.pictures[i].truth, index));
      if (own.empty()) continue;
      rows_.push_back(i);
      own_.push_back(std::move(own));
    }
    const size_t n = rows_.size();
    folds_ = n <= kLeaveOneOutUpTo ? std::max<size_t>(n, 1) : kFolds;
    std::vector<size_t> classes;
    for (const auto& own : own_) classes.push_back(*std::min_element(own.begin(), own.end()));
    fold_ = stratified_folds(classes, folds_);
    counts_.assign(folds_, std::vector<int64_t>(cells_.count()));
    for (size_t i = 0; i < n; ++i)
      for (const size_t cell : own_[i]) ++counts_[fold_[i]][cell];
    all_.resize(kGrid);
    without_.assign(folds_, std::vector<Tally>(kGrid));
    outside_.assign(n, std::vector<Tally>(kGrid));
  }

  TaughtGroup run() {
    for (size_t i = 0; i < rows_.size(); ++i) judge(i);
    TaughtGroup result;
    result.weight = weight_at(best_of(all_));
    result.pictures = static_cast<int64_t>(rows_.size());
    result.examples.assign(cells_.categories + 1, 0);
    std::vector<double> before, after;
    std::vector<int64_t> begins = {0};
    const int64_t decisions = cells_.exclusive ? 1 : static_cast<int64_t>(cells_.categories);
    for (size_t i = 0; i < rows_.size(); ++i) {
      count_example(own_[i], result.examples);
      const int64_t was = outside_[i][0].right;  // the first grid point is alpha 0
      const int64_t is = outside_[i][best_of(without_[fold_[i]])].right;
      for (int64_t d = 0; d < decisions; ++d) {
        before.push_back(d < was);
        after.push_back(d < is);
      }
      begins.push_back(begins.back() + decisions);
      result.mended += std::max<int64_t>(is - was, 0);
      result.broken += std::max<int64_t>(was - is, 0);
    }
    result.before = mean_of_groups(before, begins);
    result.after = mean_of_groups(after, begins);
    const auto gain = paired_gain(result.mended, result.broken, begins.back());
    result.gain = gain.value;
    result.low = gain.low;
    result.high = gain.high;
    return result;
  }

 private:
  void count_example(std::span<const size_t> own, std::vector<int64_t>& examples) const {
    bool any = false;
    for (const size_t cell : own)
      if (cell < cells_.categories) {
        ++examples[cell];
        any = true;
      }
    if (!any) ++examples.back();
  }

  // Example i by the others: all of them, without each fold, and without its own fold.
  void judge(size_t i) {
    check_interrupt();
    std::vector<double> cosines(rows_.size());
    const auto row = [&](size_t j) {
      return examples_.embeddings.row(static_cast<int64_t>(rows_[j]));
    };
    for (size_t j = 0; j < rows_.size(); ++j) cosines[j] = cosine(row(i), row(j));
    std::vector<std::vector<double>> sums(folds_);
    for (size_t b = 0; b < std::size(kBetas); ++b) {
      sums.assign(folds_, std::vector<double>(cells_.count()));
      for (size_t j = 0; j < rows_.size(); ++j) {
        if (j == i) continue;
        const double near = affinity(cosines[j], kBetas[b]);
        for (const size_t cell : own_[j]) sums[fold_[j]][cell] += near;
      }
      judge_with(i, b, sums);
    }
  }

  void judge_with(size_t i, size_t beta, std::span<const std::vector<double>> sums) {
    const size_t width = cells_.count();
    std::vector<double> total(width), part(width);
    std::vector<int64_t> counts(width), part_counts(width);
    for (size_t f = 0; f < folds_; ++f)
      for (size_t cell = 0; cell < width; ++cell) {
        total[cell] += sums[f][cell];
        counts[cell] += counts_[f][cell];
      }
    for (const size_t cell : own_[i]) --counts[cell];
    const auto tally = [&](double alpha, std::span<const double> s, std::span<const int64_t> n) {
      std::vector<double> logits = logits_[rows_[i]];
      cells_.add(alpha, s, n, logits);
      return judged(cells_, logits, own_[i]);
    };
    for (size_t f = 0; f <= folds_; ++f) {  // the last: no fold is left out
      const bool own_fold = f == fold_[i];
      for (size_t cell = 0; cell < width; ++cell) {
        part[cell] = total[cell] - (f < folds_ ? sums[f][cell] : 0);
        part_counts[cell] = counts[cell] - (f < folds_ ? counts_[f][cell] : 0);
      }
      if (own_fold)  // it was not counted above
        for (const size_t cell : own_[i]) ++part_counts[cell];
      for (size_t a = 0; a < std::size(kAlphas); ++a) {
        const Tally one = tally(kAlphas[a], part, part_counts);
        const size_t at = a * std::size(kBetas) + beta;
        if (own_fold) {
          outside_[i][at] = one;
          continue;
        }
        Tally& sum = f < folds_ ? without_[f][at] : all_[at];
        sum.right += one.right;
        sum.loss += one.loss;
      }
    }
  }

  ExampleCells cells_;
  const Examples& examples_;
  std::span<const std::vector<double>> logits_;
  std::vector<size_t> rows_, fold_;
  std::vector<std::vector<size_t>> own_;
  size_t folds_ = 1;
  std::vector<std::vector<int64_t>> counts_;  // [fold][cell]
  std::vector<Tally> all_;                    // [grid], each example by all others
  std::vector<std::vector<Tally>> without_;   // [fold][grid], the examples of other folds
  std::vector<std::vector<Tally>> outside_;   // [example][grid], by the other folds
};

}  // namespace

PairedGain paired_gain(int64_t mended, int64_t broken, int64_t trials) {
  if (trials < 1) return {};
  constexpr double k95 = 1.959963984540054;
  const double b = static_cast<double>(mended) + 0.5, c = static_cast<double>(broken) + 0.5;
  const double n = static_cast<double>(trials) + 2;
  const double middle = (b - c) / n;
  const double half = k95 * std::sqrt((b + c - (b - c) * (b - c) / n)) / n;
  return {static_cast<double>(mended - broken) / static_cast<double>(trials),
          std::max(-1.0, middle - half), std::min(1.0, middle + half)};
}

std::vector<size_t> stratified_folds(std::span<const size_t> classes, size_t folds) {
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return classes[a] < classes[b]; });
  std::vector<size_t> fold(classes.size());
  for (size_t i = 0; i < order.size(); ++i) fold[order[i]] = i % folds;
  return fold;
}

TaughtGroup teach_group(const CategoryGroup& group, size_t index, const Examples& examples,
                        std::span<const std::vector<double>> logits) {
  if (examples.pictures.size() > kMaxExamples)
    fail(ErrorKind::limit, "{} examples are more than {}; a few for each category are enough",
         examples.pictures.size(), kMaxExamples);
  return Trial(group, index, examples, logits).run();
}

}  // namespace tandem
