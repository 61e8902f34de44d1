#include "eval/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace tandem {
namespace {

struct Expectation {
  double hit = 0, rank = 0;
};

/// All orders of the equal candidates, one by one.
Expectation over_all_orders(const Standing& standing, int64_t k) {
  const int64_t equal = standing.equal_wrong + standing.equal_right;
  std::vector<int> right(static_cast<size_t>(equal), 0);
  std::fill(right.end() - standing.equal_right, right.end(), 1);
  double orders = 0, hits = 0, ranks = 0;
  do {
    const auto first = std::find(right.begin(), right.end(), 1) - right.begin();
    const int64_t rank = standing.better + first + 1;
    hits += rank <= k;
    ranks += static_cast<double>(rank);
    ++orders;
  } while (std::next_permutation(right.begin(), right.end()));
  return {hits / orders, ranks / orders};
}

TEST(Standing, TiesCountAsTheMeanOverAllOrders) {
  for (int64_t better = 0; better < 4; ++better)
    for (int64_t wrong = 0; wrong < 6; ++wrong)
      for (int64_t right = 1; right < 4; ++right)
        for (const int64_t k : {1, 2, 5, 10}) {
          const Standing standing{better, wrong, right};
          const auto expected = over_all_orders(standing, k);
          EXPECT_NEAR(hit_within(standing, k), expected.hit, 1e-12)
              << better << " " << wrong << " " << right << " k " << k;
          EXPECT_NEAR(expected_rank(standing), expected.rank, 1e-12)
              << better << " " << wrong << " " << right;
        }
}

TEST(Standing, OneScoreForAllIsChance) {
  const Standing all_alike{.equal_wrong = 99};
  EXPECT_NEAR(hit_within(all_alike, 1), 0.01, 1e-12);
  EXPECT_NEAR(hit_within(all_alike, 10), 0.10, 1e-12);
  EXPECT_NEAR(expected_rank(all_alike), 50.5, 1e-12);
}

TEST(Wilson, IsWhereTheScoreTestTurns) {
  // The ends are the shares p for which |value - p| is 1.96 deviations of p (Wilson 1927).
  for (const double n : {7.0, 299.0, 1490.0})
    for (const double value : {0.0, 0.2305, 0.5, 1.0}) {
      const Share share = wilson(value, n);
      for (const double end : {share.low, share.high}) {
        if (end == value) continue;  // at 0 and 1
        const double deviations = std::abs(value - end) / std::sqrt(end * (1 - end) / n);
        EXPECT_NEAR(deviations, 1.959963984540054, 1e-9) << value << " of " << n;
      }
      EXPECT_LE(share.low, value);
      EXPECT_GE(share.high, value);
    }
}

TEST(Wilson, EndsAtZeroAndOneAreExact) {
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_EQ(wilson(1, 10).high, 1);
  EXPECT_EQ(wilson(0.5, 0).low, 0);
  EXPECT_EQ(wilson(0.5, 0).high, 1);
}

TEST(MeanOfClasses, WeighsEveryClassAlike) {
  const double shares[] = {1.0, 0.0};
  const int64_t trials[] = {1, 9};
  const Share share = mean_of_classes(shares, trials);
  EXPECT_DOUBLE_EQ(share.value, 0.5);
  // 2^2 / (1/1 + 1/9): as sure as 3.6 trials, though there were ten.
  EXPECT_DOUBLE_EQ(share.low, wilson(0.5, 3.6).low);
}

TEST(MeanOfGroups, GroupsThatAnswerAlikeCountOnce) {
  const std::vector<double> alike = {1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0};
  const int64_t begins[] = {0, 3, 6, 9, 12};
  EXPECT_NEAR(mean_of_groups(alike, begins).low, wilson(0.5, 4).low, 1e-12);
}

TEST(MeanOfGroups, GroupsOfOneAreWilson) {
  const std::vector<double> hits = {1, 0, 0, 1, 1};
  const int64_t begins[] = {0, 1, 2, 3, 4, 5};
  EXPECT_NEAR(mean_of_groups(hits, begins).high, wilson(0.6, 5).high, 1e-12);
}

TEST(MeanOfGroups, NeverSurerThanAllTrials) {
  // Each group hits exactly half of the time: no spread between groups at all.
  const std::vector<double> hits = {1, 0, 1, 0, 1, 0};
  const int64_t begins[] = {0, 2, 4, 6};
  EXPECT_NEAR(mean_of_groups(hits, begins).low, wilson(0.5, 3).low, 1e-12);
  const std::vector<double> all(6, 1.0);
  EXPECT_NEAR(mean_of_groups(all, begins).low, wilson(1, 3).low, 1e-12);
}

TEST(MeanOfGroups, AreAtLeastAsSureAsGroupsThatAnswerAsOne) {
  // One group of four hits and eight single misses: their spread alone would say 4 trials, sizes
  // say 12^2 / (4^2 + 8) = 6.
  std::vector<double> hits(12, 0.0);
  std::fill_n(hits.begin(), 4, 1.0);
  const int64_t begins[] = {0, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  EXPECT_NEAR(mean_of_groups(hits, begins).low, wilson(1.0 / 3, 6).low, 1e-12);
}

TEST(RetrievalFigures, CountHitsAndTheMiddleRank) {
  const std::vector<Standing> queries = {{0}, {4}, {9}, {30}};  // ranks 1, 5, 10, 31
  const int64_t begins[] = {0, 1, 2, 3, 4};
  const auto figures = retrieval_figures(queries, begins);
  EXPECT_DOUBLE_EQ(figures.r1.value, 0.25);
  EXPECT_DOUBLE_EQ(figures.r5.value, 0.5);
  EXPECT_DOUBLE_EQ(figures.r10.value, 0.75);
  EXPECT_DOUBLE_EQ(figures.median_rank, 7.5);
  EXPECT_DOUBLE_EQ(
      retrieval_figures(std::span(queries).first(3), std::span(begins).first(4)).median_rank, 5);
  EXPECT_EQ(retrieval_figures({}, {}).median_rank, 0);
}

}  // namespace
}  // namespace tandem
