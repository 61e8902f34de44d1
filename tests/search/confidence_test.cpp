// Backgrounds, mixtures and the link from scores to probabilities.
#include "search/confidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "search/background.h"
#include "search/evaluate.h"
#include "search/mixture.h"
#include "search/vectors.h"
#include "zero_shot/ranking.h"

namespace tandem_test {
namespace {

using namespace tandem;

TEST(Confidence, GrowsWithTheScoreAndFallsWithTheNumberOfPictures) {
  for (const MatchLink& link : {kTextLink, kPictureLink}) {
    const double usual = confidence({.query_z = 3, .picture_z = 2, .pictures = 1000}, link);
    EXPECT_GT(confidence({.query_z = 4, .picture_z = 2, .pictures = 1000}, link), usual);
    EXPECT_GE(confidence({.query_z = 3, .picture_z = 3, .pictures = 1000}, link), usual);
    EXPECT_LT(confidence({.query_z = 3, .picture_z = 2, .pictures = 1'000'000}, link), usual);
    EXPECT_GE(confidence({.query_z = -50, .pictures = 0}, link), 0);
    EXPECT_LE(confidence({.query_z = 500, .pictures = 1}, link), 1);
  }
}

TEST(Confidence, TheBestByChanceGrowsWithTheLibrary) {
  EXPECT_EQ(best_by_chance(0), 0);
  EXPECT_EQ(best_by_chance(1), 0);
  // Of two: the normal quantile of sqrt(1/2).
  EXPECT_NEAR(best_by_chance(2), 0.54495, 1e-4);
  EXPECT_NEAR(best_by_chance(1000), 3.19759, 1e-4);
  EXPECT_NEAR(best_by_chance(1'000'000), 4.82697, 1e-4);
}

TEST(Confidence, AFitFindsTheLinkThatMadeTheData) {
  const MatchLink truth{.bias = -1, .of_query = 0.8, .of_picture = 0.4};
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<JudgedMatch> pairs(20000);
  for (auto& pair : pairs) {
    pair.features = {.query_z = 2 + normal(random),
                     .picture_z = 2 * normal(random),
                     .pictures = static_cast<int64_t>(std::exp(uniform(random) * 10)) + 1};
    pair.fits = uniform(random) < confidence(pair.features, truth);
  }
  const MatchLink fitted = fit_link(pairs);
  // Standard errors of these weights are at most 0.06 (bias) and 0.02 with 20,000 pairs of about
  // one bit each: 4 of them.
  EXPECT_NEAR(fitted.bias, truth.bias, 0.24);
  EXPECT_NEAR(fitted.of_query, truth.of_query, 0.08);
  EXPECT_NEAR(fitted.of_picture, truth.of_picture, 0.08);
  EXPECT_EQ(fit_link({}).of_query, 0);
}

TEST(Background, TheSpreadIsThatOfWhatDoesNotFit) {
  const Background background(random_embeddings(20, 16, 1), random_embeddings(50, 16, 2));
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0.2, 0.03);
  std::vector<double> scores(3000);
  for (size_t i = 0; i < scores.size(); ++i) scores[i] = i % 5 == 0 ? 0.9 : normal(random);
  const ScoreSpread spread = background.of_scores(scores);
  // A fifth fits. The middle of all is the 62.5th percentile of the rest, 0.32 deviations up; the
  // 15.87th is the rest's 19.8th, 0.85 down.
  EXPECT_NEAR(spread.centre, 0.2 + 0.32 * 0.03, 0.005);
  EXPECT_NEAR(spread.spread, (0.32 + 0.85) * 0.03, 0.006);
  EXPECT_GT(spread.z(0.9), 15);
}

TEST(Background, OnePictureIsNoDivisionByZero) {
  const Background background(random_embeddings(20, 16, 1), random_embeddings(1, 16, 2));
  const ScoreSpread spread = background.of_query(random_embeddings(1, 16, 3).row(0));
  EXPECT_GT(spread.spread, 0.01);
  EXPECT_TRUE(std::isfinite(spread.z(1)));
  const Background empty(random_embeddings(20, 16, 1), {.rows = 0, .width = 16});
  EXPECT_TRUE(std::isfinite(empty.of_query(random_embeddings(1, 16, 3).row(0)).z(1)));
}

QueryPart part_of(const Embeddings& rows, int64_t i, double spread, double weight = 1,
                  bool words = true) {
  const auto row = rows.row(i);
  return {.embedding = {row.begin(), row.end()},
          .spread = {.centre = 0.1, .spread = spread},
          .words = words,
          .weight = weight};
}

TEST(Mixture, OnePartIsItself) {
  const Embeddings rows = random_embeddings(1, 12, 4);
  const Mixture mixture({part_of(rows, 0, 0.02)}, {});
  EXPECT_TRUE(std::equal(rows.values.begin(), rows.values.end(), mixture.embedding().begin()));
  EXPECT_FALSE(mixture.has_unwanted());
}

TEST(Mixture, PartsCountByTheirSpreads) {
  const Embeddings rows = random_embeddings(2, 12, 5), pictures = random_embeddings(30, 12, 6);
  const Mixture mixture({part_of(rows, 0, 0.02, 0.25), part_of(rows, 1, 0.1, 0.75, false)}, {});
  const auto wanted = [&](int64_t i) {
    return 0.25 * cosine(rows.row(0), pictures.row(i)) / 0.02 +
           0.75 * cosine(rows.row(1), pictures.row(i)) / 0.1;
  };
  const auto score = mixture.combination();
  for (int64_t i = 0; i < 30; ++i) {
    const float given = static_cast<float>(cosine(mixture.embedding(), pictures.row(i)));
    EXPECT_NEAR(score(&given), wanted(i), 1e-4);
  }
}

TEST(Mixture, UnwantedThingsHarmOnlyWhereTheyAreSeen) {
  const Embeddings rows = random_embeddings(2, 12, 7);
  const Mixture mixture({part_of(rows, 0, 0.05)}, {part_of(rows, 1, 0.05)});
  const auto score = mixture.combination();
  const float usual[] = {0.3f, 0.09f}, far[] = {0.3f, -0.5f}, seen[] = {0.3f, 0.4f};
  EXPECT_EQ(score(usual), score(far));
  EXPECT_NEAR(score(usual) - score(seen), (0.4 - 0.1) / 0.05, 1e-4);
}

TEST(Mixture, ConfidenceFallsWhereTheUnwantedFits) {
  const Embeddings rows = random_embeddings(2, 64, 8);
  const ScoreSpread spread{.centre = 0, .spread = 0.05};
  const Mixture plain({part_of(rows, 0, 0.05)}, {});
  const Mixture without({part_of(rows, 0, 0.05)}, {part_of(rows, 1, 0.05)});
  const std::vector<std::vector<float>> both = {{rows.row(0).begin(), rows.row(0).end()},
                                                {rows.row(1).begin(), rows.row(1).end()}};
  const auto picture = mean_of(both);
  EXPECT_NEAR(cosine(picture, picture), 1, 1e-6);
  EXPECT_GT(plain.confidence(picture, spread, 100), 0.9);
  EXPECT_LT(without.confidence(picture, spread, 100), 0.1);
  EXPECT_GT(without.confidence(rows.row(0), spread, 100), 0.9);
}

TEST(SearchEval, FiguresCountEachKind) {
  const std::vector<SearchVerdict> verdicts = {{true, 0.9, true},
                                               {true, 0.4, true},
                                               {true, 0.5, false},
                                               {false, 0.6, false},
                                               {false, 0.1, false}};
  const SearchFigures figures = figures_at(verdicts, 0.5);
  EXPECT_EQ(figures.found, 2);
  EXPECT_EQ(figures.missed, 1);
  EXPECT_EQ(figures.false_alarms, 1);
  EXPECT_EQ(figures.refused, 1);
  // Of six pairs 0.9 wins two, 0.4 and 0.5 one each.
  EXPECT_NEAR(separation(verdicts), 4.0 / 6, 1e-12);
  EXPECT_EQ(separation({}), 0.5);
}

}  // namespace
}  // namespace tandem_test
