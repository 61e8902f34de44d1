// The assignment of pictures to places is the best there is.
#include "illustrate/assign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace {

using tandem::assign;
using tandem::Assignment;
using tandem::Offer;
using Offers = std::vector<std::vector<Offer>>;

/// Best offers first, whoever asks: what assign() is not.
double greedy_gain(const Offers& places, int uses) {
  std::vector<std::tuple<double, size_t, size_t>> all;
  for (size_t place = 0; place < places.size(); ++place)
    for (const auto& offer : places[place]) all.emplace_back(-offer.gain, place, offer.picture);
  std::sort(all.begin(), all.end());
  std::map<size_t, int> used;
  std::vector<bool> served(places.size());
  double gain = 0;
  for (const auto& [loss, place, picture] : all) {
    if (served[place] || used[picture] == uses || loss >= 0) continue;
    served[place] = true;
    ++used[picture];
    gain -= loss;
  }
  return gain;
}

/// Tries everything.
double best_gain(const Offers& places, std::map<size_t, int>& used, int uses, size_t place = 0) {
  if (place == places.size()) return 0;
  double best = best_gain(places, used, uses, place + 1);
  for (const auto& offer : places[place]) {
    if (used[offer.picture] == uses) continue;
    ++used[offer.picture];
    best = std::max(best, offer.gain + best_gain(places, used, uses, place + 1));
    --used[offer.picture];
  }
  return best;
}

Offers random_offers(std::mt19937& random, size_t places, size_t pictures, size_t most) {
  std::uniform_real_distribution<double> gain(-1, 5);
  Offers offers(places);
  for (auto& of_place : offers) {
    std::vector<size_t> chosen(pictures);
    for (size_t i = 0; i < pictures; ++i) chosen[i] = i;
    std::shuffle(chosen.begin(), chosen.end(), random);
    chosen.resize(random() % (std::min(most, pictures) + 1));
    for (const size_t picture : chosen) of_place.push_back({picture, gain(random)});
  }
  return offers;
}

void expect_valid(const Offers& places, const Assignment& result, int uses) {
  std::map<size_t, int> used;
  double gain = 0;
  ASSERT_EQ(result.pictures.size(), places.size());
  for (size_t place = 0; place < places.size(); ++place) {
    if (!result.pictures[place]) continue;
    const auto offer =
        std::find_if(places[place].begin(), places[place].end(),
                     [&](const Offer& each) { return each.picture == *result.pictures[place]; });
    ASSERT_NE(offer, places[place].end()) << "a picture that was not offered";
    gain += offer->gain;
    EXPECT_LE(++used[*result.pictures[place]], uses);
  }
  EXPECT_NEAR(gain, result.gain, 1e-9);
}

/// The header's proof; sums of some thousand numbers below 10 in double are good to 1e-8.
void expect_proof(const Offers& places, const Assignment& result, int uses) {
  double bound = 0;
  for (const double price : result.place_prices) {
    EXPECT_GE(price, -1e-9);
    bound += price;
  }
  for (const double price : result.picture_prices) {
    EXPECT_GE(price, -1e-9);
    bound += uses * price;
  }
  for (size_t place = 0; place < places.size(); ++place)
    for (const auto& offer : places[place])
      EXPECT_LE(offer.gain,
                result.place_prices[place] + result.picture_prices[offer.picture] + 1e-9);
  EXPECT_NEAR(result.gain, bound, 1e-8 * (1 + bound));
}

TEST(Assign, TheBestOfferFirstIsNotTheBest) {
  // The first place likes picture 0 a little better than picture 1; the second likes 0 alone.
  const Offers places = {{{0, 5}, {1, 4}}, {{0, 4.5}}};
  EXPECT_DOUBLE_EQ(greedy_gain(places, 1), 5);
  const auto result = assign(places, 2);
  EXPECT_DOUBLE_EQ(result.gain, 8.5);
  EXPECT_EQ(result.pictures[0], 1u);
  EXPECT_EQ(result.pictures[1], 0u);
}

TEST(Assign, NothingIsBetterThanALoss) {
  const auto result = assign(Offers{{{0, -1}}, {}, {{0, 0}}}, 1);
  EXPECT_EQ(result.pictures, (std::vector<std::optional<size_t>>(3)));
  EXPECT_EQ(result.gain, 0);
  EXPECT_TRUE(assign({}, 0).pictures.empty());
}

TEST(Assign, APictureStandsAtMostSoOften) {
  const Offers places(5, {{0, 1}, {1, 0.5}});
  EXPECT_DOUBLE_EQ(assign(places, 2, 1).gain, 1.5);
  EXPECT_DOUBLE_EQ(assign(places, 2, 2).gain, 3);
  EXPECT_DOUBLE_EQ(assign(places, 2, 7).gain, 5);
}

TEST(Assign, OfEqualOffersTheEarlierIsTaken) {
  EXPECT_EQ(assign(Offers{{{1, 2}, {0, 2}}}, 2).pictures[0], 1u);
}

TEST(Assign, EqualsTryingEverything) {
  std::mt19937 random(1);
  int better_than_greedy = 0;
  for (int round = 0; round < 400; ++round) {
    const int uses = 1 + static_cast<int>(random() % 2);
    const Offers places = random_offers(random, 1 + random() % 6, 1 + random() % 4, 4);
    const auto result = assign(places, 4, uses);
    expect_valid(places, result, uses);
    expect_proof(places, result, uses);
    std::map<size_t, int> used;
    EXPECT_NEAR(result.gain, best_gain(places, used, uses), 1e-9);
    better_than_greedy += result.gain > greedy_gain(places, uses) + 1e-9;
  }
  EXPECT_GT(better_than_greedy, 20);
}

TEST(Assign, ProvesItselfOnThousandsOfPlaces) {
  std::mt19937 random(2);
  for (const int uses : {1, 3}) {
    const Offers places = random_offers(random, 3000, 1500, 32);
    const auto result = assign(places, 1500, uses);
    expect_valid(places, result, uses);
    expect_proof(places, result, uses);
  }
}

TEST(Assign, ProvesItselfWhereAllWantTheSame) {
  // Every place ranks the pictures alike: the longest paths there are.
  Offers places(300);
  for (size_t place = 0; place < places.size(); ++place)
    for (size_t picture = 0; picture < 32; ++picture)
      places[place].push_back({picture, 5.0 - 0.1 * static_cast<double>(picture) +
                                            0.001 * static_cast<double>((place * 7919) % 300)});
  const auto result = assign(places, 32, 2);
  expect_valid(places, result, 2);
  expect_proof(places, result, 2);
}

}  // namespace
