// Figures of merit and how sure they are: pure functions of where the right answers stand.
#pragma once

#include <cstdint>
#include <span>

namespace tandem {

/// Where the best right answer of one query stands among all candidates, by score. Exact ties
/// have no order, so every figure is its expectation over all orders of the equal ones: a model
/// that gives all candidates one score gets what chance gets, whatever order the data have.
struct Standing {
  int64_t better = 0;       ///< wrong candidates with a higher score
  int64_t equal_wrong = 0;  ///< wrong candidates with exactly the same score
  int64_t equal_right = 1;  ///< right ones with that score, at least 1
};

/// The probability, 0 to 1, that a right answer is among the first k.
double hit_within(const Standing& standing, int64_t k);
/// The expected rank of the first right answer, from 1 on.
double expected_rank(const Standing& standing);

/// A share of 0 to 1 with its 95 % interval.
struct Share {
  double value = 0, low = 0, high = 1;
};

/// Wilson's score interval (Wilson 1927) for a share among n independent trials; n may be an
/// effective number. n <= 0 gives 0 to 1.
Share wilson(double value, double n);

/// The mean of classes' shares and its interval: Wilson's with the number of trials that a plain
/// mean would need for the same variance, classes^2 / sum(1 / trials). Every trials[i] >= 1.
Share mean_of_classes(std::span<const double> shares, std::span<const int64_t> trials);

/// The share of hits where trials come in groups that answer alike (the captions of one picture):
/// Wilson's with an effective number of trials, taken from how much the groups differ (the design
/// effect of cluster samples, Kish 1965): between that of groups which answer as one,
/// trials^2 / sum(size^2), and all trials. Group g has hits [begins[g], begins[g + 1]).
Share mean_of_groups(std::span<const double> hits, std::span<const int64_t> begins);

/// R@1, R@5, R@10 and the median of the expected ranks (of an even number: the mean of the middle
/// two).
struct RetrievalFigures {
  Share r1, r5, r10;
  double median_rank = 0;
};

/// `begins` as for mean_of_groups. No query at all gives zeros.
RetrievalFigures retrieval_figures(std::span<const Standing> queries,
                                   std::span<const int64_t> begins);

}  // namespace tandem
