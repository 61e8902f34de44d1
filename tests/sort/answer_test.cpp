#include "sort/answer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sort/category_logits.h"
#include "sort/small_taxonomy.h"

namespace tandem {
namespace {

using tandem_test::encoder;
using tandem_test::taxonomy_of;
using tandem_test::unit;

using Values = std::vector<double>;

TEST(Answer, SynonymsAddNoWeight) {
  EXPECT_DOUBLE_EQ(log_mean_exp(Values{3}), 3);
  EXPECT_DOUBLE_EQ(log_mean_exp(Values{3, 3, 3}), 3);
  EXPECT_NEAR(log_mean_exp(Values{std::log(1), std::log(3)}), std::log(2), 1e-12);
  EXPECT_NEAR(log_mean_exp(Values{1000, 0}), 1000 - std::log(2), 1e-9);
}

// A dog's picture, "a dog" and "a hound" pointing the same way: as rivals they halve the
// probability, as one category they keep it.
TEST(Answer, SynonymsShareOneCategorysMass) {
  const auto encode =
      encoder({{"a dog", {1, 0, 0}}, {"a hound", {1, 0, 0}}, {"a cat", {0, 1, 0}}}, 3);
  const auto picture = unit({1, 0.2f, 0});
  const auto probability = [&](const std::string& toml) {
    const Taxonomy taxonomy = taxonomy_of("none = false\n" + toml);
    const auto logits = CategoryLogits(taxonomy, 10, encode).of(0, picture);
    return group_probabilities(logits, true, 1)[0];
  };
  const double alone = probability(
      "category = [{name=\"dogs\", descriptions=[\"a dog\"]}, {name=\"cats\", "
      "descriptions=[\"a cat\"]}]");
  const double shared = probability(
      "category = [{name=\"dogs\", descriptions=[\"a dog\", \"a hound\"]}, "
      "{name=\"cats\", descriptions=[\"a cat\"]}]");
  const double rivals = probability(
      "category = [{name=\"dogs\", descriptions=[\"a dog\"]}, {name=\"hounds\", "
      "descriptions=[\"a hound\"]}, {name=\"cats\", descriptions=[\"a cat\"]}]");
  EXPECT_GT(alone, 0.99);
  EXPECT_NEAR(shared, alone, 1e-9);
  EXPECT_NEAR(rivals, 0.5, 0.001);
}

TEST(Answer, CategoriesWithCounterpartsAreJudgedOneByOne) {
  const Taxonomy taxonomy = taxonomy_of(R"(
exclusive = false
[[category]]
name = "x"
descriptions = "x"
not = "z"
[[category]]
name = "y"
descriptions = "y"
not = "z"
)");
  const auto encode = encoder({{"x", {1, 0, 0}}, {"y", {0, 1, 0}}, {"z", {0, 0, 1}}}, 3);
  const auto picture = unit({1, 1, 0.5f});
  const auto logits = CategoryLogits(taxonomy, 4, encode).of(0, picture);
  ASSERT_EQ(logits.size(), 2u);
  const double length = std::sqrt(2.25);
  EXPECT_NEAR(logits[0], 4 * (1 - 0.5) / length, 1e-5);
  const auto p = group_probabilities(logits, false, 2);
  EXPECT_NEAR(p[1], 1 / (1 + std::exp(-logits[1] / 2)), 1e-12);
  EXPECT_EQ(group_answer(p, Values{0.5, 0.5}, false).fitting, (std::vector<size_t>{0, 1}));
}

TEST(Answer, NoneOfTheseIsARivalAndTiesGoToIt) {
  const Values half = {0.5, 0.5};
  EXPECT_EQ(group_answer(Values{0.6, 0.1, 0.3}, half, true).fitting, std::vector<size_t>{0});
  EXPECT_TRUE(group_answer(Values{0.3, 0.1, 0.6}, half, true).fitting.empty());
  EXPECT_TRUE(group_answer(Values{0.4, 0.2, 0.4}, Values{0, 0}, true).fitting.empty());
  EXPECT_EQ(group_answer(Values{0.5, 0.5}, Values{0, 0}, true).fitting, std::vector<size_t>{0});
}

TEST(Answer, BelowItsThresholdTheLikeliestDoesNotFit) {
  EXPECT_TRUE(group_answer(Values{0.6, 0.1, 0.3}, Values{0.61, 0}, true).fitting.empty());
  EXPECT_EQ(group_answer(Values{0.6, 0.1, 0.3}, Values{0.6, 0}, true).fitting,
            std::vector<size_t>{0});
}

TEST(Answer, TheMarginIsTheSmallestChangeThatMatters) {
  EXPECT_NEAR(group_answer(Values{0.6, 0.1, 0.3}, Values{0.2, 0}, true).margin, 0.3, 1e-12);
  EXPECT_NEAR(group_answer(Values{0.6, 0.1, 0.3}, Values{0.5, 0}, true).margin, 0.1, 1e-12);
  EXPECT_NEAR(group_answer(Values{0.6, 0.1, 0.3}, Values{0.9, 0}, true).margin, 0.3, 1e-12);
  EXPECT_NEAR(group_answer(Values{0.2, 0.1, 0.7}, Values{0.9, 0}, true).margin, 0.5, 1e-12);
  EXPECT_NEAR(group_answer(Values{0.9, 0.45}, Values{0.5, 0.5}, false).margin, 0.05, 1e-12);
}

TEST(Answer, ATemperatureAboveOneIsLessSure) {
  const Values logits = {2, 1};
  EXPECT_GT(group_probabilities(logits, true, 1)[0], group_probabilities(logits, true, 4)[0]);
  EXPECT_GT(group_probabilities(logits, true, 4)[0], 0.5);
}

TEST(Answer, ForeignEmbeddingsAreRefused) {
  const Taxonomy taxonomy = taxonomy_of("category = [\"a\", \"b\"]");
  const CategoryLogits logits(taxonomy, 10, encoder({}, 3));
  EXPECT_NE(tandem_test::unit({1, 0, 0}).size(), 2u);
  EXPECT_THROW(logits.of(0, std::vector<float>{1, 0}), Error);
  EXPECT_THROW(logits.of(0, std::vector<float>{NAN, 0, 0}), Error);
}

}  // namespace
}  // namespace tandem
