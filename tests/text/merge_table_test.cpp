#include "text/merge_table.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tandem {
namespace {

using Symbols = std::vector<int32_t>;

Symbols merged(const MergeTable& table, MergeOrder order, Symbols symbols) {
  apply_merges(table, order, symbols);
  return symbols;
}

TEST(MergeTable, TheLowestRankGoesFirstFromLeftToRight) {
  const std::vector<Merge> merges = {{1, 1, 10}, {10, 1, 11}};
  const MergeTable table(merges);
  EXPECT_EQ(merged(table, MergeOrder::all_of_a_rank, {1, 1, 1}), (Symbols{11}));
  EXPECT_EQ(merged(table, MergeOrder::all_of_a_rank, {1, 1, 1, 1}), (Symbols{10, 10}));
}

TEST(MergeTable, OfAPairThatIsThereTwiceTheLaterPlaceCounts) {
  const std::vector<Merge> merges = {{1, 2, 10}, {2, 3, 11}, {1, 2, 10}};
  EXPECT_EQ(merged(MergeTable(merges), MergeOrder::all_of_a_rank, {1, 2, 3}), (Symbols{1, 11}));
}

TEST(MergeTable, TheReferencesDifferWhereAMergeMakesABetterPair) {
  // 20 comes from two merges; the second one's result pairs at a lower rank.
  const std::vector<Merge> merges = {{20, 1, 30}, {1, 2, 20}};
  const MergeTable table(merges);
  EXPECT_EQ(merged(table, MergeOrder::all_of_a_rank, {1, 2, 1, 2}), (Symbols{20, 20}));
  EXPECT_EQ(merged(table, MergeOrder::one_at_a_time, {1, 2, 1, 2}), (Symbols{30, 2}));
}

TEST(MergeTable, InALongWordToo) {
  constexpr int32_t a = 1, b = 2, c = 3, z = 4, x = 5, y = 6;
  const std::vector<Merge> merges = {{a, b, x}, {a, c, x}, {x, x, y}};
  Symbols word = {a, b, a, b, z, a, c, a, b, a, b};  // its middle x is made last
  const Symbols tail(100, z);
  word.insert(word.end(), tail.begin(), tail.end());
  Symbols expected = {y, z, y, x};
  expected.insert(expected.end(), tail.begin(), tail.end());
  EXPECT_EQ(merged(MergeTable(merges), MergeOrder::all_of_a_rank, word), expected);
  EXPECT_EQ(merged(MergeTable(merges), MergeOrder::one_at_a_time, word), expected);
}

/// The references' rule, word for word, to hold the fast paths against.
Symbols merged_by_the_rule(const MergeTable& table, MergeOrder order, Symbols word) {
  while (true) {
    uint32_t best = MergeTable::kNoRank;
    for (size_t i = 0; i + 1 < word.size(); ++i)
      best = std::min(best, table.find(word[i], word[i + 1]).rank);
    if (best == MergeTable::kNoRank) return word;
    Symbols next;
    bool done = false;
    for (size_t i = 0; i < word.size(); ++i) {
      const bool here = i + 1 < word.size() && table.find(word[i], word[i + 1]).rank == best;
      if (here && !done) {
        next.push_back(table.find(word[i], word[i + 1]).merged);
        ++i;
        done = order == MergeOrder::one_at_a_time;
      } else {
        next.push_back(word[i]);
      }
    }
    word = next;
  }
}

TEST(MergeTable, LongAndShortWordsFollowTheSameRule) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Merge> merges;
    for (int rank = 0; rank < 25; ++rank) {
      const auto any = [&](size_t count) { return static_cast<int32_t>(random() % count); };
      merges.push_back({any(10), any(10), 4 + any(6)});  // several merges make the same symbol
    }
    const MergeTable table(merges);
    Symbols word(1 + random() % 300);
    for (int32_t& symbol : word) symbol = static_cast<int32_t>(random() % 4);
    for (const MergeOrder order : {MergeOrder::all_of_a_rank, MergeOrder::one_at_a_time})
      EXPECT_EQ(merged(table, order, word), merged_by_the_rule(table, order, word)) << round;
  }
}

}  // namespace
}  // namespace tandem
