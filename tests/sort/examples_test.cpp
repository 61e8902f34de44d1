// Tip-Adapter's cache against plain computations of its formula.

#include "sort/examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/scratch_folder.h"
#include "sort/answer.h"
#include "sort/fit.h"
#include "sort/small_taxonomy.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

using tandem_test::encoder;
using tandem_test::refusal;
using tandem_test::taxonomy_of;
using tandem_test::unit;

constexpr const char* kPets = R"(
category = ["dogs", "cats"]
)";

PictureTruth is(size_t category) { return {.categories = {{0, category}}}; }
PictureTruth is_none() { return {.categories = {}, .none = true}; }

Examples examples_of(std::vector<std::pair<PictureTruth, std::vector<float>>> rows,
                     ExampleWeight weight) {
  Examples examples;
  examples.fingerprint = {"space", "recipe"};
  examples.embeddings.width = static_cast<int64_t>(rows[0].second.size());
  for (auto& [truth, values] : rows) {
    const auto row = unit(values);
    examples.pictures.push_back({"p.jpg", truth});
    examples.embeddings.values.insert(examples.embeddings.values.end(), row.begin(), row.end());
    ++examples.embeddings.rows;
  }
  examples.weights = {weight};
  return examples;
}

TEST(Examples, AddAlphaTimesTheMeanAffinity) {
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const auto examples = examples_of(
      {{is(0), {1, 0, 0}}, {is(0), {1, 1, 0}}, {is(1), {0, 1, 0}}, {is_none(), {0, 0, 1}}},
      {.alpha = 3, .beta = 5.5});
  const auto picture = unit({2, 1, 0.5f});
  std::vector<double> logits = {1, 2, 3};
  examples.add_to(logits, taxonomy.groups[0], 0, picture);
  const double length = std::sqrt(4 + 1 + 0.25);
  const auto near = [](double cosine) { return std::exp(-5.5 * (1 - cosine)); };
  EXPECT_NEAR(logits[0], 1 + 3 * (near(2 / length) + near(3 / length / std::sqrt(2))) / 2, 1e-5);
  EXPECT_NEAR(logits[1], 2 + 3 * near(1 / length), 1e-5);
  EXPECT_NEAR(logits[2], 3 + 3 * near(0.5 / length), 1e-5);
}

TEST(Examples, CountAgainstCategoriesThatTheyDoNotFitWhereNothingExcludes) {
  const Taxonomy taxonomy = taxonomy_of("exclusive = false\n" + std::string(kPets));
  const auto examples = examples_of({{is(0), {1, 0}}, {is(1), {0, 1}}}, {.alpha = 2, .beta = 1});
  std::vector<double> logits = {0, 0};
  examples.add_to(logits, taxonomy.groups[0], 0, unit({1, 0}));
  EXPECT_NEAR(logits[0], 2 * (1 - std::exp(-1.0)), 1e-6);
  EXPECT_NEAR(logits[1], 2 * (std::exp(-1.0) - 1), 1e-6);
}

TEST(Examples, APictureIsNoEvidenceForItself) {
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const auto examples = examples_of({{is(0), {1, 0}}, {is(0), {0, 1}}}, {.alpha = 1, .beta = 1});
  std::vector<double> logits = {0, 0, 0};
  examples.add_to(logits, taxonomy.groups[0], 0, unit({1, 0}), true);
  EXPECT_NEAR(logits[0], std::exp(-1.0), 1e-6);
}

TEST(Examples, AreReadBackAsWritten) {
  const tandem_test::ScratchFolder folder;
  const Taxonomy taxonomy = taxonomy_of(kPets);
  auto examples = examples_of({{is(1), {1, 0}}, {is_none(), {0, 1}}}, {.alpha = 2, .beta = 8});
  examples.taxonomy = digest_of(taxonomy);
  examples.pictures[0].path = "caf\xe9 \"1\".jpg";
  const std::string path = folder.path("pets.examples.safetensors");
  write_examples(path, examples, taxonomy);
  const auto read = read_examples(path, taxonomy, {"space", "recipe"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->weights[0].alpha, 2);
  EXPECT_EQ(read->weights[0].beta, 8);
  EXPECT_EQ(read->pictures[0].truth.categories, examples.pictures[0].truth.categories);
  EXPECT_TRUE(read->pictures[1].truth.none);
  EXPECT_EQ(read->embeddings.values, examples.embeddings.values);
  EXPECT_FALSE(read_examples(folder.path("other"), taxonomy, {"space", ""}));
}

TEST(Examples, OfAnotherModelOrTaxonomyAreRefused) {
  const tandem_test::ScratchFolder folder;
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const std::string path = folder.path("e.safetensors");
  write_examples(path, examples_of({{is(1), {1, 0}}}, {}), taxonomy);
  EXPECT_NE(refusal([&] {
              read_examples(path, taxonomy, {"other", ""});
            }).find("another model"),
            std::string::npos);
  const Taxonomy fewer = taxonomy_of("category = [\"dogs\"]");
  EXPECT_NE(refusal([&] {
              read_examples(path, fewer, {"space", ""});
            }).find("\"cats\""),
            std::string::npos);
  const std::string damaged = folder.write("d.safetensors", "no tensors at all");
  EXPECT_NE(refusal([&] { read_examples(damaged, taxonomy, {"space", ""}); }), "");
}

// Two clouds that the words tell apart badly: what leave-one-out says is what a plain loop says.
struct Clouds {
  Taxonomy taxonomy = taxonomy_of("none = false\n" + std::string(kPets));
  std::vector<LabelledPicture> pictures;
  Embeddings embeddings{.width = 4};
  CategoryLogits logits{taxonomy, 10,
                        encoder({{"dogs", {0, 0, 1, 0.1f}}, {"cats", {0, 0, 0.1f, 1}}}, 4)};

  explicit Clouds(int each, double apart) {
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0, 0.5f);
    for (int i = 0; i < 2 * each; ++i) {
      const size_t category = static_cast<size_t>(i % 2);
      std::vector<float> row = {noise(random), noise(random), noise(random), noise(random)};
      row[category] += static_cast<float>(apart);
      row = unit(row);
      pictures.push_back({"p" + std::to_string(i), is(category)});
      embeddings.values.insert(embeddings.values.end(), row.begin(), row.end());
      ++embeddings.rows;
    }
  }
};

bool right_by_others(const Clouds& clouds, int64_t i, ExampleWeight weight,
                     const std::vector<int64_t>& left_out) {
  double sums[2] = {0, 0};
  int counts[2] = {0, 0};
  for (int64_t j = 0; j < clouds.embeddings.rows; ++j) {
    if (std::find(left_out.begin(), left_out.end(), j) != left_out.end()) continue;
    const double near = cosine(clouds.embeddings.row(i), clouds.embeddings.row(j));
    sums[j % 2] += std::exp(-weight.beta * (1 - near));
    ++counts[j % 2];
  }
  auto logits = clouds.logits.of(0, clouds.embeddings.row(i));
  for (int c = 0; c < 2; ++c) logits[static_cast<size_t>(c)] += weight.alpha * sums[c] / counts[c];
  return (logits[1] > logits[0]) == (i % 2 == 1);
}

TEST(Teach, ChoosesTheBestOfTheGridByLeaveOneOut) {
  const Clouds clouds(12, 1.0);
  const auto taught = teach(clouds.taxonomy, clouds.logits, {}, clouds.pictures, clouds.embeddings);
  int best = 0, chosen = 0;
  for (const double alpha : {0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0})
    for (const double beta : {1.0, 2.0, 4.0, 5.5, 8.0, 16.0, 32.0, 64.0}) {
      int right = 0;
      for (int64_t i = 0; i < 24; ++i) right += right_by_others(clouds, i, {alpha, beta}, {i});
      best = std::max(best, right);
      const ExampleWeight& weight = taught.groups[0].weight;
      if (weight.alpha == alpha && weight.beta == beta) chosen = right;
    }
  EXPECT_EQ(chosen, best);
  int before = 0;
  for (int64_t i = 0; i < 24; ++i) before += right_by_others(clouds, i, {0, 1}, {i});
  EXPECT_NEAR(taught.groups[0].before.value, before / 24.0, 1e-12);
}

TEST(Teach, ExamplesMendWhatWordsMiss) {
  const Clouds clouds(40, 2.0);
  const auto taught = teach(clouds.taxonomy, clouds.logits, {}, clouds.pictures, clouds.embeddings);
  const TaughtGroup& group = taught.groups[0];
  EXPECT_EQ(group.pictures, 80);
  EXPECT_EQ(group.examples, (std::vector<int64_t>{40, 40, 0}));
  EXPECT_LT(group.before.value, 0.75);
  EXPECT_GT(group.after.value, 0.9);
  EXPECT_GT(group.low, 0);
  EXPECT_NEAR(group.gain, group.after.value - group.before.value, 1e-12);
}

// Labels that say nothing: chosen and judged on the same pictures a grid of 80 looks better than
// it is. Judged apart, the gain's interval holds 0 (it is a 95 % interval, of one fixed case).
TEST(Teach, NothingIsGainedWhereThereIsNothingToLearn) {
  const Clouds clouds(40, 0.0);
  const auto taught = teach(clouds.taxonomy, clouds.logits, {}, clouds.pictures, clouds.embeddings);
  EXPECT_LE(taught.groups[0].low, 0);
  EXPECT_LT(taught.groups[0].after.value, 0.65);
}

TEST(Teach, OneExampleAloneChangesNothing) {
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const CategoryLogits logits(taxonomy, 10, encoder({}, 2));
  const auto taught = teach(taxonomy, logits, {}, {{"p", is(0)}}, {1, 2, {1, 0}});
  EXPECT_EQ(taught.groups[0].weight.alpha, 0);
  EXPECT_EQ(taught.groups[0].pictures, 1);
}

// Agresti and Min (2005), section 3: counts b = 9.5, c = 2.5 of n + 2 = 52 after the correction.
TEST(Teach, PairedGainIsWorkedOutByHand) {
  const auto gain = paired_gain(9, 2, 50);
  EXPECT_NEAR(gain.value, 0.14, 1e-12);
  const double middle = 7.0 / 52, error = std::sqrt(12 - 49.0 / 52) / 52;
  EXPECT_NEAR(gain.low, middle - 1.959964 * error, 1e-6);
  EXPECT_NEAR(gain.high, middle + 1.959964 * error, 1e-6);
}

TEST(Teach, FoldsHoldEachClassInTurn) {
  const std::vector<size_t> classes = {0, 0, 0, 1, 1, 1, 0, 1};
  const auto folds = stratified_folds(classes, 4);
  for (size_t fold = 0; fold < 4; ++fold)
    for (const size_t wanted : {0u, 1u}) {
      int count = 0;
      for (size_t i = 0; i < classes.size(); ++i) count += classes[i] == wanted && folds[i] == fold;
      EXPECT_EQ(count, 1);
    }
}

}  // namespace
}  // namespace tandem
