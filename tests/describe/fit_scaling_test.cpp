#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/scratch_folder.h"
#include "describe/describe_calibration.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

/// Trials whose truth is drawn from softmax(scale * logits + biases).
std::vector<Trial> drawn(double scale, const std::vector<double>& biases, int count) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0, 3);
  std::vector<Trial> trials;
  for (int i = 0; i < count; ++i) {
    Trial trial;
    std::vector<double> logits;
    for (const double bias : biases) {
      trial.logits.push_back(normal(random));
      logits.push_back(scale * trial.logits.back() + bias);
    }
    const auto p = softmax(logits);
    trial.truth = std::discrete_distribution<size_t>(p.begin(), p.end())(random);
    trials.push_back(trial);
  }
  return trials;
}

// Fisher's information gives standard errors below 0.012 for the scale and 0.045 for differences of
// biases at 10,000 trials; the tolerances are four of them.
TEST(FitScaling, FindsTheScaleAndTheBiasesThatTrialsWereDrawnWith) {
  const auto fit = fit_scaling(drawn(0.5, {0, 1, -1}, 10000), false);
  EXPECT_EQ(fit.pictures, 10000);
  EXPECT_NEAR(fit.scale, 0.5, 0.05);
  ASSERT_EQ(fit.biases.size(), 3u);
  EXPECT_NEAR(fit.biases[1] - fit.biases[0], 1, 0.18);
  EXPECT_NEAR(fit.biases[2] - fit.biases[0], -1, 0.18);
}

TEST(FitScaling, WhatMeansNothingGetsNoScale) {
  EXPECT_NEAR(fit_scaling(drawn(0, {0, 0}, 10000), false).scale, 0, 0.05);
  EXPECT_EQ(fit_scaling(drawn(-1, {0, 0}, 1000), false).scale, 0);  // wrong more often than right
}

TEST(FitScaling, BalancedTrialsIgnoreHowCommonAClassIs) {
  auto trials = drawn(0.5, {0, 0}, 6000);
  const size_t all = trials.size();
  for (size_t i = 0; i < all; ++i)
    for (int copy = 0; copy < 9; ++copy)
      if (trials[i].truth == 1) trials.push_back(trials[i]);
  const auto fit = fit_scaling(trials, true);
  EXPECT_NEAR(fit.biases[1] - fit.biases[0], 0, 0.15);
  EXPECT_GT(fit_scaling(trials, false).biases[1] - fit_scaling(trials, false).biases[0], 1.5);
}

TEST(FitScaling, AClassWithoutTrialsKeepsTheMeanBias) {
  auto trials = drawn(0.5, {0.5, -0.5}, 500);
  for (auto& trial : trials) trial.logits.push_back(100);  // would win always
  const auto fit = fit_scaling(trials, false);
  EXPECT_GT(fit.scale, 0.3);
  EXPECT_NEAR(fit.biases[2], (fit.biases[0] + fit.biases[1]) / 2, 1e-12);
  EXPECT_EQ(fit_scaling({}, true).pictures, 0);
}

TEST(FitScaling, ASentencesConfidenceIsHowOftenItIsRight) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform(0.05, 0.95);
  std::vector<double> agreements;
  std::vector<bool> right;
  for (int i = 0; i < 20000; ++i) {
    agreements.push_back(uniform(random));
    right.push_back(uniform(random) < 0.05 + 0.9 * agreements.back() * agreements.back());
  }
  const auto fit = fit_sentence(agreements, right);
  double claimed = 0, true_count = 0;
  for (size_t i = 0; i < right.size(); ++i)
    claimed += fit.confidence(agreements[i]), true_count += right[i];
  EXPECT_NEAR(claimed / 20000, true_count / 20000, 0.01);  // a logistic fit is right on average
  EXPECT_GT(fit.confidence(0.9), fit.confidence(0.2));
  EXPECT_EQ(fit_sentence(agreements, std::vector<bool>(20000, true)).pictures,
            0);  // nothing to tell
}

TEST(DescribeCalibration, TravelsThroughItsFile) {
  const tandem_test::ScratchFolder folder;
  DescribeCalibration calibration = unfitted_calibration();
  calibration.space = "abc";
  calibration.sentence = {-0.25, 1.75, 600};
  calibration.facets[1] = {0.5, {0.125, -0.5, 0.375}, 40};
  write_describe_calibration(folder.path("describe.json"), calibration);
  const auto read = read_describe_calibration(folder.path("describe.json"));
  EXPECT_EQ(read.space, "abc");
  EXPECT_EQ(read.sentence.offset, -0.25);
  EXPECT_EQ(read.sentence.pictures, 600);
  EXPECT_EQ(read.facets[1].biases, calibration.facets[1].biases);
  EXPECT_EQ(read.facets[0].pictures, 0);
  EXPECT_EQ(describe_calibration_path(folder.path()), folder.path() + "describe.json");
  for (const char* text :
       {"[]", "{}", R"({"space":"a"})", R"({"space":"a","sentence":{"offset":"x"}})",
        R"({"space":"a","sentence":{"offset":0,"slope":1,"pictures":1},)"
        R"("facets":{"where":{"scale":1,"pictures":9,"biases":[1]}}})"}) {
    const auto path = folder.write("bad.json", text);
    EXPECT_NE(tandem_test::refusal([&] { read_describe_calibration(path); }), "") << text;
  }
}

}  // namespace
}  // namespace tandem
