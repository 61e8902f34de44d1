#include "base/logistic_regression.h"

#include <gtest/gtest.h>

#include <vector>

namespace tandem {
namespace {

TEST(LogisticRegression, TheBiasIsTheLogOfTheOdds) {
  std::vector<LogisticTrial<1>> trials;
  for (int i = 0; i < 400; ++i) trials.push_back({{1}, i % 4 != 0});
  // The penalty moves the weight by penalty * weight / (n p (1 - p)): 1e-3 * 1.1 / 75.
  EXPECT_NEAR(fit_logistic<1>(trials)[0], std::log(3.0), 2e-5);
}

TEST(LogisticRegression, TwoGroupsHaveTheirOwnOdds) {
  std::vector<LogisticTrial<2>> trials;
  for (int i = 0; i < 500; ++i) {
    trials.push_back({{1, 0}, i % 5 == 0});
    trials.push_back({{1, 1}, i % 5 != 0});
  }
  const auto weights = fit_logistic<2>(trials);
  EXPECT_NEAR(weights[0], -std::log(4.0), 1e-4);
  EXPECT_NEAR(weights[1], 2 * std::log(4.0), 1e-4);
}

TEST(LogisticRegression, NothingJudgedTellsNothing) {
  EXPECT_EQ(fit_logistic<2>({}), (std::array<double, 2>{}));
}

}  // namespace
}  // namespace tandem
