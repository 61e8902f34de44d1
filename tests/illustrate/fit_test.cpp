// Confidence: large where a picture stands out, small where none does. The embeddings are drawn:
// each picture has a direction of its own beside a common one, as CLIP's pictures have.
#include "illustrate/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "illustrate/illustrate.h"

namespace {

using tandem::Embeddings;
using tandem::FitFeatures;

constexpr int64_t kWidth = 64;

// Of a model that sees: kFitLinks are of the built-in one, whose lead says little.
constexpr tandem::FitLinks kLinks = {
    .plain = {.bias = -2, .of_z = 0.2, .of_margin = 2.5, .of_number = -0.2}};

void add_row(Embeddings& to, std::vector<double> values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  for (const double value : values)
    to.values.push_back(static_cast<float>(value / std::sqrt(squares)));
  to.width = kWidth;
  ++to.rows;
}

std::vector<double> drawn(std::mt19937& random, double common) {
  std::normal_distribution<double> normal;
  std::vector<double> values(kWidth);
  for (auto& value : values) value = normal(random);
  values[0] += common;
  return values;
}

struct World {
  Embeddings pictures, nulls;
  std::mt19937 random{3};

  explicit World(int count) {
    for (int i = 0; i < count; ++i) add_row(pictures, drawn(random, 6));
    for (int i = 0; i < 24; ++i) add_row(nulls, drawn(random, -2));
  }
  /// A text that speaks of a picture, `strength` times its own direction, or of none.
  void speak(tandem::Passages& passages, int picture, double strength) {
    auto values = drawn(random, -2);
    if (picture >= 0)
      for (size_t i = 1; i < values.size(); ++i)
        values[i] += strength * 8 * static_cast<double>(pictures.row(picture)[i]);
    add_row(passages.views, values);
    passages.begins.push_back(passages.views.rows);
  }
  std::vector<std::vector<tandem::Candidate>> candidates(const tandem::Passages& passages) const {
    return tandem::find_candidates(passages, {}, shelf(), 8, kLinks);
  }
  tandem::PictureShelf shelf(const std::vector<std::string>& names = {}) const {
    return {pictures, {nulls, pictures}, tandem::FileNameScores(names)};
  }
};

TEST(Fit, APictureThatIsSpokenOfIsFoundAndNoneElsewhere) {
  for (const int count : {10, 100, 1000}) {
    World world(count);
    tandem::Passages passages;
    for (int i = 0; i < 10; ++i) world.speak(passages, i, 2);
    for (int i = 0; i < 10; ++i) world.speak(passages, -1, 0);
    const auto candidates = world.candidates(passages);
    const auto placements = tandem::choose(candidates, static_cast<size_t>(count), {});
    for (size_t i = 0; i < 10; ++i) {
      ASSERT_TRUE(placements[i].picture) << i << " of " << count;
      EXPECT_EQ(placements[i].picture->picture, i);
      EXPECT_FALSE(placements[10 + i].picture) << i << " of " << count;
    }
  }
}

TEST(Fit, TheScaleOfScoresDoesNotMatter) {
  World world(50);
  tandem::Passages passages;
  world.speak(passages, 7, 2);
  const auto before = world.candidates(passages).at(0).at(0);
  // The text moves towards what all pictures have in common: all its scores grow.
  for (auto* rows : {&passages.views, &world.nulls})
    for (int64_t i = 0; i < rows->rows; ++i) rows->row(i)[0] += 0.3F;
  const auto after = world.candidates(passages).at(0).at(0);
  EXPECT_EQ(after.picture, before.picture);
  EXPECT_NEAR(after.features.z, before.features.z, 0.25 * before.features.z);
}

TEST(Fit, CopiesOfAPictureAreNoReasonForDoubt) {
  World world(50);
  tandem::Passages passages;
  world.speak(passages, 7, 2);
  const auto alone = world.candidates(passages).at(0).at(0);
  const std::vector<float> copy(world.pictures.row(7).begin(), world.pictures.row(7).end());
  add_row(world.pictures, std::vector<double>(copy.begin(), copy.end()));
  const auto found = world.candidates(passages).at(0);
  EXPECT_EQ(found[0].picture, 7u);
  EXPECT_EQ(found[1].picture, 50u);
  EXPECT_NEAR(found[0].features.margin, alone.features.margin, 0.1 * alone.features.margin);
}

TEST(Fit, OnePictureAloneHasNoMargin) {
  World world(1);
  tandem::Passages passages;
  world.speak(passages, 0, 2);
  const auto candidates = world.candidates(passages);
  ASSERT_EQ(candidates.at(0).size(), 1u);
  EXPECT_EQ(candidates[0][0].features.margin, 0);
  EXPECT_TRUE(std::isfinite(candidates[0][0].features.z));
  EXPECT_GT(candidates[0][0].features.z, 0);
}

TEST(Fit, NoPicturesAndNoPlaces) {
  World world(3);
  tandem::Passages passages;
  EXPECT_TRUE(world.candidates(passages).empty());
  world.speak(passages, 0, 1);
  world.pictures = {.width = kWidth};
  const auto candidates = world.candidates(passages);
  EXPECT_TRUE(candidates.at(0).empty());
  EXPECT_FALSE(tandem::choose(candidates, 0, {}).at(0).picture);
}

TEST(Fit, ANameThatTheTextHasSpeaksForThePicture) {
  World world(20);
  tandem::Passages passages;
  world.speak(passages, -1, 0);
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("IMG_" + std::to_string(i) + ".jpg");
  names[3] = "volcano.jpg";
  const std::vector<std::string> texts = {"A volcano is a mountain with fire inside."};
  const auto with = tandem::find_candidates(passages, texts, world.shelf(names), 4).at(0);
  EXPECT_EQ(with[0].picture, 3u);  // found by its name, whatever its cosine
  EXPECT_GT(with[0].features.name, 0);
  EXPECT_TRUE(with[0].features.named);
  EXPECT_FALSE(with[1].features.named);
  EXPECT_LT(with[1].features.name_lead, 0);
  // Where the name is of something else, it speaks against the picture.
  const auto without =
      tandem::find_candidates(passages, {{"It rains in May."}}, world.shelf(names), 20).at(0);
  const auto at = [](const std::vector<tandem::Candidate>& all) {
    return std::find_if(all.begin(), all.end(), [](const auto& each) { return each.picture == 3; });
  };
  ASSERT_NE(at(without), without.end());
  EXPECT_GT(with[0].confidence, at(without)->confidence);
}

TEST(Fit, ConfidenceIsTheLogistic) {
  const tandem::FitLinks links = {.plain = {.bias = -1,
                                            .of_z = 0.5,
                                            .of_picture = 0.25,
                                            .of_margin = 2,
                                            .of_number = -1,
                                            .of_name = 100},
                                  .named = {.of_name = 3, .of_name_lead = 4}};
  FitFeatures features = {
      .z = 4, .picture_z = 2, .margin = 0.5, .pictures = 100, .name = 0.5, .name_lead = 0.25};
  EXPECT_NEAR(fit_confidence(features, links), 1 / (1 + std::exp(-(2.5 - std::log(100.0)))), 1e-12);
  features.named = true;
  EXPECT_NEAR(fit_confidence(features, links), 1 / (1 + std::exp(-2.5)), 1e-12);
}

TEST(Fit, ThresholdAndUsesDecide) {
  const std::vector<std::vector<tandem::Candidate>> candidates = {
      {{.picture = 0, .confidence = 0.9}, {.picture = 1, .confidence = 0.7}},
      {{.picture = 0, .confidence = 0.8}}};
  const auto pictures = [&](const tandem::IllustrateOptions& options) {
    std::vector<int> result;
    for (const auto& placement : tandem::choose(candidates, 2, options))
      result.push_back(placement.picture ? static_cast<int>(placement.picture->picture) : -1);
    return result;
  };
  EXPECT_EQ(pictures({}), (std::vector<int>{1, 0}));
  EXPECT_EQ(pictures({.uses = 2}), (std::vector<int>{0, 0}));
  EXPECT_EQ(pictures({.min_confidence = 0.75}), (std::vector<int>{0, -1}));
  EXPECT_EQ(pictures({.min_confidence = 1}), (std::vector<int>{-1, -1}));
  EXPECT_EQ(pictures({.min_confidence = 0}), (std::vector<int>{1, 0}));
  EXPECT_EQ(tandem::choose(candidates, 2, {}).at(0).alternatives.size(), 1u);
}

}  // namespace
