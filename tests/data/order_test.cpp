// Every epoch is a fair shuffle, whatever the sizes and weights.
#include "data/order.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "tandem/error.h"

namespace tandem {
namespace {

std::vector<int64_t> epoch_of(const Order& order, int64_t epoch) {
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < order.epoch_size(); ++i)
    samples.push_back(order.at(epoch * order.epoch_size() + i));
  return samples;
}

std::map<int64_t, int> counts(const std::vector<int64_t>& samples) {
  std::map<int64_t, int> count;
  for (const int64_t sample : samples) ++count[sample];
  return count;
}

Order one_source(int64_t samples, double weight, uint64_t seed = 7) {
  const std::vector<int64_t> begins = {0, samples};
  const std::vector<double> weights = {weight};
  return Order(begins, weights, seed);
}

TEST(Order, AnEpochHasEachSampleOnce) {
  for (const int64_t samples : {1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097}) {
    const Order order = one_source(samples, 1);
    ASSERT_EQ(order.epoch_size(), samples);
    for (const int64_t epoch : {0, 1, 5}) {
      const auto drawn = epoch_of(order, epoch);
      const std::set<int64_t> distinct(drawn.begin(), drawn.end());
      EXPECT_EQ(static_cast<int64_t>(distinct.size()), samples);
      EXPECT_EQ(*distinct.begin(), 0);
      EXPECT_EQ(*distinct.rbegin(), samples - 1);
    }
  }
}

TEST(Order, EpochsAndSeedsAreShuffledDifferently) {
  const Order order = one_source(1000, 1), other = one_source(1000, 1, 8);
  EXPECT_NE(epoch_of(order, 0), epoch_of(order, 1));
  EXPECT_NE(epoch_of(order, 0), epoch_of(other, 0));
  EXPECT_EQ(epoch_of(order, 3), epoch_of(one_source(1000, 1), 3));
}

// Where sample 0 lands over many seeds is as even as chance: chi-square with 15 degrees of freedom
// exceeds 44.3 once in 10,000 such shuffles, and the seeds are fixed.
TEST(Order, PlacesAreEvenlySpread) {
  constexpr int kSeeds = 16000, kSamples = 160, kBins = 16;
  std::vector<int> bins(kBins);
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Order order = one_source(kSamples, 1, static_cast<uint64_t>(seed));
    ++bins[static_cast<size_t>(order.at(0) * kBins / kSamples)];
  }
  double chi_square = 0;
  for (const int bin : bins) {
    const double expected = kSeeds / kBins;
    chi_square += (bin - expected) * (bin - expected) / expected;
  }
  EXPECT_LT(chi_square, 44.3);
}

TEST(Order, AWeightOfTwoAndAHalfIsTwiceAndAThirdTimeForHalf) {
  const Order order = one_source(100, 2.5);
  ASSERT_EQ(order.epoch_size(), 250);
  std::set<int64_t> thrice_before;
  for (const int64_t epoch : {0, 1}) {
    std::set<int64_t> thrice;
    for (const auto& [sample, times] : counts(epoch_of(order, epoch))) {
      EXPECT_TRUE(times == 2 || times == 3) << sample;
      if (times == 3) thrice.insert(sample);
    }
    EXPECT_EQ(thrice.size(), 50u);
    EXPECT_NE(thrice, thrice_before) << "which half changes with the epoch";
    thrice_before = thrice;
  }
}

TEST(Order, FractionsAreEvenOverEpochs) {
  const Order order = one_source(10, 0.3);
  ASSERT_EQ(order.epoch_size(), 3);
  std::vector<int64_t> drawn;
  for (int64_t epoch = 0; epoch < 10; ++epoch)
    for (const int64_t sample : epoch_of(order, epoch)) drawn.push_back(sample);
  for (const auto& [sample, times] : counts(drawn)) EXPECT_EQ(times, 3) << sample;
  EXPECT_EQ(counts(drawn).size(), 10u);
}

TEST(Order, SourcesComeAsOftenAsTheirWeightsSay) {
  const std::vector<int64_t> begins = {0, 100, 100, 300, 310};
  const std::vector<double> weights = {1, 1, 0.5, 0};
  const Order order(begins, weights, 1);
  ASSERT_EQ(order.epoch_size(), 200);
  int first = 0, third = 0;
  for (const int64_t sample : epoch_of(order, 2)) {
    first += sample < 100;
    third += sample >= 100 && sample < 300;
  }
  EXPECT_EQ(first, 100);
  EXPECT_EQ(third, 100);
}

TEST(Order, ASubstituteIsAnotherSampleOfTheSameSource) {
  const std::vector<int64_t> begins = {0, 50, 60};
  const std::vector<double> weights = {1, 3};
  const Order order(begins, weights, 1);
  for (int64_t position = 0; position < order.epoch_size(); ++position) {
    const int64_t bad = order.at(position);
    std::set<int64_t> tried;
    for (int attempt = 1; attempt <= 20; ++attempt) {
      const int64_t other = order.substitute(position, attempt);
      EXPECT_EQ(other < 50, bad < 50);
      EXPECT_NE(other, bad);
      EXPECT_EQ(other, order.substitute(position, attempt));
      tried.insert(other);
    }
    EXPECT_GT(tried.size(), 4u);
  }
}

TEST(Order, AnEmptyEpochAndSenselessWeightsAreRefused) {
  EXPECT_THROW(one_source(10, 0), Error);
  EXPECT_THROW(one_source(10, 0.01), Error);
  EXPECT_THROW(one_source(10, -1), Error);
  EXPECT_THROW(one_source(10, 0.0 / 0.0), Error);
  EXPECT_THROW(one_source(10, 1e300), Error);
}

TEST(Order, PositionsMayLieFarAway) {
  const Order order = one_source(5'800'000'000, 1.5);
  const int64_t far = order.epoch_size() * 1'000'000 + 12345;
  EXPECT_GE(order.at(far), 0);
  EXPECT_LT(order.at(far), 5'800'000'000);
}

}  // namespace
}  // namespace tandem
