// Exact search against sorting everything.
#include "search/scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "base/scratch_folder.h"
#include "base/thread_pool.h"
#include "search/vectors.h"

namespace tandem_test {
namespace {

using namespace tandem;

std::vector<int64_t> rows_in(const std::vector<Hit>& hits) {
  std::vector<int64_t> rows;
  for (const auto& hit : hits) rows.push_back(hit.row);
  return rows;
}

/// All rows by their score in double; the best first.
std::vector<int64_t> sorted_rows(const Embeddings& rows, std::span<const float> query) {
  std::vector<double> scores;
  for (int64_t i = 0; i < rows.rows; ++i)
    scores.push_back(std::inner_product(query.begin(), query.end(), rows.row(i).begin(), 0.0));
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  return order;
}

TEST(Scan, FindsWhatSortingFinds) {
  const ScratchFolder folder;
  for (const int64_t width : {3, 40, 192}) {
    const Embeddings rows = random_embeddings(1000, width, 1);
    const Embeddings queries = random_embeddings(11, width, 2);
    const VectorFile file = file_of(folder.path("v"), rows);
    const auto found = scan(file, queries, 10);
    ASSERT_EQ(found.size(), 11u);
    for (int64_t q = 0; q < 11; ++q) {
      auto wanted = sorted_rows(rows, queries.row(q));
      wanted.resize(10);
      EXPECT_EQ(rows_in(found[q]), wanted) << "width " << width;
    }
  }
}

TEST(Scan, NeitherThreadsNorCompanyChangeABit) {
  const ScratchFolder folder;
  const Embeddings queries = random_embeddings(13, 96, 4);
  const int threads = thread_count();
  for (const auto format : {VectorFormat::f32, VectorFormat::int8}) {
    const VectorFile file = file_of(folder.path("v"), random_embeddings(20000, 96, 3), format);
    set_thread_count(1);
    const auto one = scan(file, queries, 25);
    for (const int many : {2, 5}) {
      set_thread_count(many);
      const auto found = scan(file, queries, 25);
      for (int64_t q = 0; q < 13; ++q) {
        const Embeddings alone{
            .rows = 1, .width = 96, .values = {queries.row(q).begin(), queries.row(q).end()}};
        const auto single = scan(file, alone, 25).front();
        for (size_t i = 0; i < 25; ++i) {
          ASSERT_EQ(found[q][i].row, one[q][i].row);
          ASSERT_EQ(found[q][i].score, one[q][i].score);
          ASSERT_EQ(single[i].score, one[q][i].score);
        }
      }
    }
  }
  set_thread_count(threads);
}

TEST(Scan, EqualScoresComeByRow) {
  const ScratchFolder folder;
  Embeddings rows = random_embeddings(1, 8, 5);
  const auto first = rows.values;
  for (int i = 1; i < 300; ++i) rows.values.insert(rows.values.end(), first.begin(), first.end());
  rows.rows = 300;
  const VectorFile file = file_of(folder.path("v"), rows);
  const Embeddings query{.rows = 1, .width = 8, .values = first};
  EXPECT_EQ(rows_in(scan(file, query, 4).front()), (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(Scan, LooksAtTheGivenRowsAlone) {
  const ScratchFolder folder;
  const Embeddings rows = random_embeddings(700, 24, 6);
  const VectorFile file = file_of(folder.path("v"), rows);
  const Embeddings query = random_embeddings(1, 24, 7);
  std::vector<int64_t> among;
  for (int64_t i = 0; i < 700; i += 3) among.push_back(i);
  std::vector<int64_t> wanted;
  for (const int64_t row : sorted_rows(rows, query.row(0)))
    if (row % 3 == 0) wanted.push_back(row);
  EXPECT_EQ(rows_in(scan(file, query, 1000, &among).front()), wanted);
  const std::vector<int64_t> none;
  EXPECT_TRUE(scan(file, query, 5, &none).front().empty());
  EXPECT_TRUE(scan(file, query, 0).front().empty());
  EXPECT_EQ(rows_of(file, std::vector<int64_t>{0, 1, 4, 5, 700}),
            (std::vector<int64_t>{0, 1, 233}));
}

TEST(Scan, BytesRankNearlyAsFloats) {
  const ScratchFolder folder;
  const Embeddings rows = random_embeddings(3000, 192, 8), queries = random_embeddings(4, 192, 9);
  const VectorFile file = file_of(folder.path("v"), rows, VectorFormat::int8);
  const auto found = scan(file, queries, 10);
  // Rounding errors of 2 x 192 numbers, uniform in half a step of 1/127 of the largest (at most 4
  // standard deviations of 1/sqrt(192)): 5 of their standard deviations.
  const double error = 5 * std::sqrt(2.0) * 4 / std::sqrt(192.0) / 127 / std::sqrt(12.0);
  for (int64_t q = 0; q < 4; ++q)
    for (const auto& hit : found[q]) {
      const auto row = rows.row(hit.row);
      EXPECT_NEAR(hit.score,
                  std::inner_product(row.begin(), row.end(), queries.row(q).begin(), 0.0), error);
    }
}

TEST(Scan, RowsThatAreNoNumbersAreLeftOut) {
  const ScratchFolder folder;
  Embeddings rows = random_embeddings(40, 16, 10);
  rows.row(5)[0] = std::nanf("");
  const VectorFile file = file_of(folder.path("v"), rows);
  const auto found = rows_in(scan(file, random_embeddings(1, 16, 11), 100).front());
  EXPECT_EQ(found.size(), 39u);
  EXPECT_EQ(std::count(found.begin(), found.end(), 5), 0);
}

TEST(Scan, RanksByACombination) {
  const ScratchFolder folder;
  const Embeddings rows = random_embeddings(500, 32, 12), queries = random_embeddings(2, 32, 13);
  const VectorFile file = file_of(folder.path("v"), rows);
  const auto minus = [](const float* scores) { return scores[0] - std::max(0.0f, scores[1]); };
  const auto found = scan_combined(file, queries, minus, 500);
  ASSERT_EQ(found.size(), 500u);
  std::vector<int64_t> all(500);
  std::iota(all.begin(), all.end(), 0);
  const auto wanted = scores_of(file, queries.row(0), all),
             unwanted = scores_of(file, queries.row(1), all);
  for (size_t i = 0; i < 500; ++i) {
    const float pair[] = {wanted[found[i].row], unwanted[found[i].row]};
    EXPECT_EQ(found[i].score, minus(pair));
    if (i > 0) {
      EXPECT_TRUE(better(found[i - 1], found[i]));
    }
  }
}

TEST(Scan, RefusesQueriesOfAnotherWidth) {
  const ScratchFolder folder;
  const VectorFile file = file_of(folder.path("v"), random_embeddings(3, 16, 14));
  EXPECT_NE(refusal([&] { scan(file, random_embeddings(1, 17, 15), 1); }), "");
}

}  // namespace
}  // namespace tandem_test
