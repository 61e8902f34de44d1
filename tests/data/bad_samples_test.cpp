// How much of a source may be bad, place by place.
#include "data/bad_samples.h"

#include <gtest/gtest.h>

#include "data/data_builder.h"

namespace tandem {
namespace {

using namespace tandem_test;

BadAttempt bad(int64_t sample) { return {sample, {"a.tar: " + std::to_string(sample), "broken"}}; }

/// How many places are taken before the source is refused; `places` where it is not.
int places_until_refused(const Dataset& data, double limit, int places, bool (*is_bad)(int)) {
  BadSamples samples(data, limit);
  for (int place = 0; place < places; ++place) {
    std::vector<BadAttempt> tried;
    if (is_bad(place)) tried.push_back(bad(1));
    if (!refusal([&] { samples.add_place(tried, 0); }).empty()) return place;
  }
  return places;
}

TEST(BadSamples, TheLastThousandOfASourceCount) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar_of_samples(3))});
  const auto thirds = [](int place) { return place % 2 == 0; };
  EXPECT_EQ(places_until_refused(data, 0.5, 5000, thirds), 5000) << "a third is below a half";
  EXPECT_EQ(places_until_refused(data, 0.3, 5000, thirds), 34)
      << "the first bad one after 50 were seen";
  // A thousand good places, then each with one bad: of the last thousand, 334 after 334 such places
  // (668 samples), and the thousandth part more than a third is the 334th.
  const auto later = [](int place) { return place >= 1000; };
  EXPECT_EQ(places_until_refused(data, 1.0 / 3, 5000, later), 1333);
}

TEST(BadSamples, OneSourceDoesNotHideBehindAnother) {
  const ScratchFolder folder;
  folder.write("a.tar", tar_of_samples(3));
  folder.write("b.tar", tar_of_samples(3));
  const std::vector<SourceConfig> sources = {{.path = folder.path("a.tar")},
                                             {.path = folder.path("b.tar")}};
  const Dataset data(sources, {.cache = folder.path("cache")});
  BadSamples samples(data, 0.5);
  const std::string said = refusal([&] {
    for (int place = 0; place < 1000; ++place) {
      samples.add_place({}, 0);
      samples.add_place({}, 1);
      if (place % 10 == 0) samples.add_place({bad(4), bad(5)}, 3);
    }
  });
  EXPECT_NE(said.find("b.tar: 34 of the last 50 samples"), std::string::npos) << said;
  EXPECT_NE(said.find("broken"), std::string::npos) << said;
}

TEST(BadSamples, AHundredAreGivenAtATime) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar_of_samples(1500))});
  BadSamples samples(data, 1);
  for (int64_t sample = 1; sample < 1500; ++sample) samples.add_place({bad(sample)}, 0);
  EXPECT_EQ(samples.count(), 1499);
  size_t taken = 0;
  for (auto some = samples.take(); !some.empty(); some = samples.take()) {
    EXPECT_EQ(some.size(), 100u);
    taken += some.size();
  }
  EXPECT_EQ(taken, 1000u) << "what nobody takes is counted, not kept";
}

TEST(BadSamples, AttemptsAreAsManyAsTheLimitNeeds) {
  EXPECT_EQ(BadSamples::max_attempts(0), 50);
  EXPECT_EQ(BadSamples::max_attempts(0.5), 50);  // 2^-50 is below 10^-15
  EXPECT_EQ(BadSamples::max_attempts(0.9), 328);
  EXPECT_EQ(BadSamples::max_attempts(1), 1000);
}

}  // namespace
}  // namespace tandem
