#include "eval/standings.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/thread_pool.h"

namespace tandem {
namespace {

/// Rows with few distinct whole values: products are exact, and ties are many.
Embeddings coarse_rows(int64_t rows, int64_t width, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> value(-1, 1);
  Embeddings embeddings{.rows = rows, .width = width};
  for (int64_t i = 0; i < rows * width; ++i)
    embeddings.values.push_back(static_cast<float>(value(random)));
  return embeddings;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// One query against all candidates, of which [right_begin, right_end) are right.
Standing by_hand(std::span<const float> query, const Embeddings& candidates, int64_t right_begin,
                 int64_t right_end) {
  double best = -std::numeric_limits<double>::infinity();
  for (int64_t i = right_begin; i < right_end; ++i)
    best = std::max(best, dot(query, candidates.row(i)));
  Standing standing{.equal_right = 0};
  for (int64_t i = 0; i < candidates.rows; ++i) {
    const bool right = i >= right_begin && i < right_end;
    const double score = dot(query, candidates.row(i));
    if (right)
      standing.equal_right += score == best;
    else
      standing.better += score > best, standing.equal_wrong += score == best;
  }
  return standing;
}

struct Retrieval {
  Embeddings images, texts;
  std::vector<int64_t> begins = {0};
};

/// Sizes that are no multiple of any tile; from one to `most` texts a picture.
Retrieval made_up(int64_t images, int64_t most, int64_t width) {
  Retrieval retrieval;
  for (int64_t i = 0; i < images; ++i)
    retrieval.begins.push_back(retrieval.begins.back() + 1 + i * 7 % most);
  retrieval.images = coarse_rows(images, width, 1);
  retrieval.texts = coarse_rows(retrieval.begins.back(), width, 2);
  return retrieval;
}

void expect_same(const Standing& a, const Standing& b, const std::string& what) {
  EXPECT_EQ(a.better, b.better) << what;
  EXPECT_EQ(a.equal_wrong, b.equal_wrong) << what;
  EXPECT_EQ(a.equal_right, b.equal_right) << what;
}

class Standings : public ::testing::Test {
 protected:
  void TearDown() override { set_thread_count(2); }
};

TEST_F(Standings, AreThoseOfTheWholeMatrixOfScores) {
  for (const auto& [images, most] : {std::pair<int64_t, int64_t>{700, 5}, {3, 2000}, {1, 1}}) {
    const auto [pictures, texts, begins] = made_up(images, most, 19);
    const auto standings = retrieval_standings(pictures, texts, begins);
    ASSERT_EQ(static_cast<int64_t>(standings.of_images.size()), pictures.rows);
    ASSERT_EQ(static_cast<int64_t>(standings.of_texts.size()), texts.rows);
    for (int64_t i = 0; i < pictures.rows; ++i) {
      expect_same(standings.of_images[i], by_hand(pictures.row(i), texts, begins[i], begins[i + 1]),
                  "picture " + std::to_string(i));
      for (int64_t t = begins[i]; t < begins[i + 1]; ++t)
        expect_same(standings.of_texts[t], by_hand(texts.row(t), pictures, i, i + 1),
                    "text " + std::to_string(t));
    }
  }
}

TEST_F(Standings, DoNotDependOnTheNumberOfThreads) {
  auto retrieval = made_up(1100, 3, 64);
  std::mt19937 random(3);
  std::normal_distribution<float> noise;
  for (auto* side : {&retrieval.images, &retrieval.texts})
    for (float& value : side->values) value = noise(random);
  set_thread_count(1);
  const auto one = retrieval_standings(retrieval.images, retrieval.texts, retrieval.begins);
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    const auto more = retrieval_standings(retrieval.images, retrieval.texts, retrieval.begins);
    for (size_t i = 0; i < one.of_images.size(); ++i)
      expect_same(more.of_images[i], one.of_images[i], std::to_string(threads));
    for (size_t t = 0; t < one.of_texts.size(); ++t)
      expect_same(more.of_texts[t], one.of_texts[t], std::to_string(threads));
  }
}

TEST_F(Standings, AModelThatCollapsedGetsWhatChanceGets) {
  Embeddings images{.rows = 40, .width = 8}, texts{.rows = 40, .width = 8};
  images.values.assign(320, 0.35355f);
  texts.values.assign(320, 0.35355f);
  std::vector<int64_t> begins(41);
  for (int64_t i = 0; i <= 40; ++i) begins[i] = i;
  const auto standings = retrieval_standings(images, texts, begins);
  EXPECT_NEAR(retrieval_figures(standings.of_texts, begins).r10.value, 0.25, 1e-12);
  EXPECT_NEAR(retrieval_figures(standings.of_images, begins).r10.value, 0.25, 1e-12);
}

// A NaN is neither above nor below anything: taken as it comes it would rank first.
TEST_F(Standings, AnEmbeddingThatIsNotFiniteIsRefused) {
  auto retrieval = made_up(5, 2, 4);
  retrieval.texts.values[3] = std::nanf("");
  EXPECT_THROW(retrieval_standings(retrieval.images, retrieval.texts, retrieval.begins), Error);
}

}  // namespace
}  // namespace tandem
