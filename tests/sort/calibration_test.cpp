#include "sort/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/scratch_folder.h"
#include "sort/answer.h"
#include "sort/small_taxonomy.h"
#include "sort/threshold.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::taxonomy_of;

constexpr const char* kPets = "category = [\"dogs\", \"cats\"]";

// Logits whose probabilities at a temperature are the truth: labels are drawn from them.
std::vector<CalibrationItem> drawn(int count, double temperature, bool exclusive) {
  std::mt19937 random(3);
  std::normal_distribution<double> logit(0, 6);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<CalibrationItem> items;
  for (int i = 0; i < count; ++i) {
    CalibrationItem item;
    for (int c = 0; c < (exclusive ? 3 : 2); ++c) item.logits.push_back(logit(random));
    const auto p = group_probabilities(item.logits, exclusive, temperature);
    if (exclusive) {
      double at = uniform(random);
      size_t truth = 0;
      while (truth < 2 && at >= p[truth]) at -= p[truth++];
      if (truth < 2) item.fitting = {truth};
    } else {
      for (size_t c = 0; c < 2; ++c)
        if (uniform(random) < p[c]) item.fitting.push_back(c);
    }
    items.push_back(std::move(item));
  }
  return items;
}

// Where logits have a deviation of 12 temperatures, one decision says E[z^2 p (1 - p)] =
// pi^2 / 3 * 0.033 = 0.11 of the temperature's logarithm: 3000 give it to 5.5 % at worst, 6000 (two
// categories) to 3.9 %. The limit is three of the latter; softmaxes of three say more than one.
TEST(Calibration, FindsTheTemperatureThatLabelsWereDrawnWith) {
  for (const bool exclusive : {true, false})
    for (const double truth : {0.5, 1.0, 3.0}) {
      const auto items = drawn(3000, truth, exclusive);
      EXPECT_NEAR(fit_temperature(items, exclusive) / truth, 1, 0.12) << truth << exclusive;
    }
}

TEST(Calibration, AFewPicturesThatAreAllRightDoNotMakeItCertain) {
  std::vector<CalibrationItem> items;
  for (int i = 0; i < 10; ++i) items.push_back({{3, 0, 0}, {0}});
  const double temperature = fit_temperature(items, true);
  // Platt's target for 10 of 10 is 11/12: exp(3/t) / (exp(3/t) + 2) = 11/12.
  EXPECT_NEAR(temperature, 3 / std::log(22), 1e-3);
}

TEST(Threshold, StandsBetweenRightAndWrong) {
  const auto cut = fit_threshold({{0.9, true}, {0.8, true}, {0.6, false}, {0.3, false}}, 2, 0.5);
  ASSERT_TRUE(cut);
  EXPECT_NEAR(*cut, 0.7, 1e-12);
}

TEST(Threshold, StaysWhereNothingSpeaksAgainstIt) {
  EXPECT_EQ(fit_threshold({{0.9, true}, {0.8, true}, {0.2, false}}, 2, 0.5), 0.5);
  EXPECT_EQ(fit_threshold({{0.9, true}, {0.8, true}}, 2, 0.5), 0.5);
}

TEST(Threshold, GoesDownForRightAnswersBelow) {
  const auto cut = fit_threshold({{0.9, true}, {0.4, true}, {0.2, false}}, 2, 0.5);
  ASSERT_TRUE(cut);
  EXPECT_NEAR(*cut, 0.3, 1e-12);
}

constexpr ThresholdAim kF1 = {.kind = ThresholdAim::Kind::f1};
constexpr ThresholdAim kPrecise = {.kind = ThresholdAim::Kind::precision, .precision = 0.95};

TEST(Threshold, AimsDiffer) {
  const std::vector<ScoredItem> items = {{0.9, true},  {0.8, false}, {0.7, true}, {0.6, true},
                                         {0.4, false}, {0.3, false}, {0.2, true}};
  EXPECT_EQ(fit_threshold(items, 4, 0.5), 0.5);                       // 3 right, 1 wrong
  EXPECT_NEAR(*fit_threshold(items, 4, 0.5, kPrecise), 0.85, 1e-12);  // the first alone
  const std::vector<ScoredItem> weak = {{0.9, false}, {0.8, true}, {0.7, false}, {0.6, true}};
  EXPECT_FALSE(fit_threshold(weak, 2, 0.5)) << "never more right than wrong";
  EXPECT_EQ(fit_threshold(weak, 2, 0.5, kF1), 0.5) << "2 of 4, and both there are";
  EXPECT_FALSE(fit_threshold({{0.9, false}, {0.8, true}}, 1, 0.5, kPrecise));
}

TEST(Threshold, OfNothingRightThereIsNone) {
  EXPECT_FALSE(fit_threshold({{0.9, false}}, 3, 0.5));
  EXPECT_FALSE(fit_threshold({}, 3, 0.5));
}

TEST(Threshold, EqualScoresAreNotCutApart) {
  const auto cut = fit_threshold({{0.6, true}, {0.6, false}, {0.6, true}, {0.2, false}}, 2, 0.5);
  ASSERT_TRUE(cut);
  EXPECT_EQ(*cut, 0.5);
}

// Dogs above 0.9 of their rival, wrong ones at 0.6: the fitted threshold turns these away, in the
// folds too.
TEST(Calibration, FitsAThresholdAndJudgesItOnOtherPictures) {
  const Taxonomy taxonomy = taxonomy_of("temperature = 1\nnone = false\n" + std::string(kPets));
  std::vector<CalibrationItem> items;
  const auto add = [&](int count, double p, std::vector<size_t> fitting) {
    for (int i = 0; i < count; ++i)
      items.push_back({{std::log(p / (1 - p)) + 0.01 * i, 0}, fitting});
  };
  add(20, 0.95, {0});
  add(20, 0.6, {});  // neither, yet taken for dogs
  const GroupFit fit = calibrate_group(taxonomy.groups[0], items);
  ASSERT_TRUE(fit.categories[0].threshold);
  EXPECT_GT(*fit.categories[0].threshold, 0.65);
  EXPECT_LT(*fit.categories[0].threshold, 0.95);
  EXPECT_FALSE(fit.temperature) << "the file's own is kept";
  EXPECT_EQ(fit.categories[0].before.wrong, 20);
  EXPECT_EQ(fit.categories[0].after.wrong, 0);
  EXPECT_EQ(fit.categories[0].after.right, 20);
  EXPECT_NEAR(fit.right_before.value, 0.5, 1e-12);
  EXPECT_NEAR(fit.right_after.value, 1, 1e-12);
  // Wilson's lower end for 20 of 20 is n / (n + z^2).
  EXPECT_NEAR(fit.categories[0].after.precision().low, 20 / (20 + 3.841459), 1e-4);
  EXPECT_FALSE(fit.categories[1].threshold) << "no cat was labelled";
}

TEST(Calibration, TooFewPicturesChangeNothing) {
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const std::vector<CalibrationItem> items = {{{0.1, 0, 0.2}, {0}}, {{0.1, 0, 0.3}, {0}}};
  const GroupFit fit = calibrate_group(taxonomy.groups[0], items);
  EXPECT_FALSE(fit.temperature);
  EXPECT_FALSE(fit.categories[0].threshold);
  EXPECT_EQ(fit.categories[0].pictures, 2);
  EXPECT_EQ(calibrate_group(taxonomy.groups[0], {}).pictures, 0);
}

TEST(Calibration, WhatTheFileSaysIsKept) {
  const Taxonomy taxonomy =
      taxonomy_of("[[category]]\nname = \"dogs\"\nthreshold = 0.9\n[[category]]\nname = \"cats\"");
  std::vector<CalibrationItem> items;
  for (int i = 0; i < 20; ++i) items.push_back({{1, 0, 0}, {0}});
  EXPECT_FALSE(calibrate_group(taxonomy.groups[0], items).categories[0].threshold);
  EXPECT_EQ(threshold_of(taxonomy.groups[0], 0, 0.2), 0.9);
  EXPECT_EQ(threshold_of(taxonomy.groups[0], 1, 0.2), 0.2);
  EXPECT_EQ(threshold_of(taxonomy.groups[0], 1, std::nullopt), kDefaultThreshold);
}

TEST(Calibration, IsReadBackAsWrittenAndRefusedElsewhere) {
  const tandem_test::ScratchFolder folder;
  const Taxonomy taxonomy = taxonomy_of(kPets);
  const Calibration written{.fingerprint = {"space", "recipe"},
                            .taxonomy = digest_of(taxonomy),
                            .examples = "",
                            .temperatures = {1.0 / 3},
                            .thresholds = {{0.123456789012345, std::nullopt}}};
  const std::string path = folder.path("pets.calibration.json");
  EXPECT_EQ(calibration_path(folder.path("pets.toml")), path);
  write_calibration(path, written, taxonomy);
  const auto read = read_calibration(path, taxonomy, {"space", ""}, "");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->temperatures, written.temperatures);
  EXPECT_EQ(read->thresholds, written.thresholds);
  EXPECT_FALSE(read_calibration(folder.path("none"), taxonomy, {"space", ""}, ""));

  const auto said = [&](const Taxonomy& words, const std::string& space,
                        const std::string& examples) {
    return refusal([&] { read_calibration(path, words, {space, ""}, examples); });
  };
  EXPECT_NE(said(taxonomy, "other", "").find("another model"), std::string::npos);
  EXPECT_NE(said(taxonomy, "space", "x").find("before the examples"), std::string::npos);
  EXPECT_NE(said(taxonomy_of("category = [\"a\", \"b\"]"), "space", "").find("other words"),
            std::string::npos);
  for (const char* damaged : {"{}", "[]", "{\"tandem_sort_calibration\": 1}", "nothing",
                              "{\"tandem_sort_calibration\": 2}"}) {
    folder.write("pets.calibration.json", damaged);
    EXPECT_NE(said(taxonomy, "space", ""), "") << damaged;
  }
}

}  // namespace
}  // namespace tandem
