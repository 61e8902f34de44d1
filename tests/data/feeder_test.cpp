// Portions are a function of seed, position and data, whoever makes them and whatever breaks.
#include "data/feeder.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "data/data_builder.h"
#include "text/tiny_vocabulary.h"

namespace tandem {
namespace {

using namespace tandem_test;

constexpr int kContext = 8;

/// A data set, an order and a tokenizer for a feeder to stand on.
struct Kitchen {
  ScratchFolder folder;
  Dataset data;
  Order order;
  Tokenizer tokenizer;

  explicit Kitchen(const std::string& tar)
      : data(open_source(folder, {.path = folder.write("a.tar", tar)})),
        order(data.source_begins(), std::vector<double>{1}, 5),
        tokenizer(Tokenizer::load(tiny_bpe(folder))) {}

  FeederOptions options() const {
    FeederOptions options;
    options.preprocess.width = options.preprocess.height = 6;
    options.augmentation =
        Augmentation{.scale_min = 0.3, .flip = 0.5, .brightness = 0.4, .gray = 0.2};
    options.context_length = kContext;
    options.seed = 11;
    options.threads = 3;
    return options;
  }
  std::vector<MicroBatch> feed(const FeedPlan& plan, const FeederOptions& options) const {
    Feeder feeder(data, order, tokenizer, plan, options);
    const int64_t a_pass = (plan.batch_size / plan.ranks + plan.micro_batch - 1) / plan.micro_batch;
    std::vector<MicroBatch> all;
    for (int64_t i = 0; i < plan.steps * plan.passes * a_pass; ++i) all.push_back(feeder.next());
    return all;
  }
};

void expect_same_pairs(const MicroBatch& a, const MicroBatch& b) {
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.first_position, b.first_position);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.keys, b.keys);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.pixels, b.pixels);
}

TEST(Feeder, PortionsHoldPixelsAndPaddedTokens) {
  const Kitchen kitchen(tar_of_samples(10));
  FeederOptions options = kitchen.options();
  options.augmentation.reset();
  const auto portions = kitchen.feed({.steps = 1, .batch_size = 10, .micro_batch = 4}, options);
  ASSERT_EQ(portions.size(), 3u);
  EXPECT_EQ(portions[2].size, 2) << "the last of a step is smaller";
  std::set<std::string> seen;
  int64_t position = 0;
  for (const MicroBatch& portion : portions) {
    EXPECT_EQ(portion.first_position, position);
    for (int64_t i = 0; i < portion.size; ++i, ++position) {
      const int64_t index = kitchen.order.at(position);
      const Sample sample = kitchen.data.read(index);
      EXPECT_EQ(portion.keys[i], sample.key);
      seen.insert(sample.key);
      const RgbImage picture =
          preprocess(decode_image(sample.picture, "x"), options.preprocess, "x");
      std::vector<float> pixels(3 * 6 * 6);
      normalise(picture, options.preprocess, pixels.data());
      EXPECT_TRUE(std::equal(pixels.begin(), pixels.end(), portion.pixels.begin() + i * 108));
      bool is_a_caption = false;
      for (const auto& text : sample.texts) {
        std::vector<int32_t> ids = kitchen.tokenizer.encode_row(text.text, kContext).ids;
        ids.resize(kContext, kitchen.tokenizer.pad_id());
        is_a_caption |= std::equal(ids.begin(), ids.end(), portion.tokens.begin() + i * kContext);
      }
      EXPECT_TRUE(is_a_caption) << sample.key;
    }
  }
  EXPECT_EQ(seen.size(), 10u);
}

TEST(Feeder, ThreadsAndQueuesChangeNothing) {
  const Kitchen kitchen(tar_of_samples(23));
  const FeedPlan plan{.steps = 4, .batch_size = 12, .micro_batch = 5};
  FeederOptions options = kitchen.options();
  options.threads = 1;
  const auto one = kitchen.feed(plan, options);
  for (const int threads : {2, 7}) {
    for (const int queue : {1, 3}) {
      options.threads = threads;
      options.queue = queue;
      const auto several = kitchen.feed(plan, options);
      ASSERT_EQ(several.size(), one.size());
      for (size_t i = 0; i < one.size(); ++i) expect_same_pairs(several[i], one[i]);
    }
  }
  options.seed = 12;
  EXPECT_NE(kitchen.feed(plan, options)[0].pixels, one[0].pixels);
}

TEST(Feeder, ResumingGivesWhatRunningThroughGives) {
  const Kitchen kitchen(tar_of_samples(17));
  const auto through =
      kitchen.feed({.steps = 6, .batch_size = 6, .micro_batch = 6}, kitchen.options());
  const auto resumed = kitchen.feed(
      {.first_step = 4, .steps = 2, .batch_size = 6, .micro_batch = 6}, kitchen.options());
  for (size_t i = 0; i < 2; ++i) expect_same_pairs(resumed[i], through[4 + i]);
}

TEST(Feeder, SpentPortionsAreUsedAgain) {
  const Kitchen kitchen(tar_of_samples(17));
  const FeedPlan plan{.steps = 6, .batch_size = 7, .micro_batch = 4};
  const auto fresh = kitchen.feed(plan, kitchen.options());
  FeederOptions options = kitchen.options();
  options.queue = 2;
  Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer, plan, options);
  MicroBatch portion;
  portion.pixels.assign(5000, 1.0f);  // of another size, with values
  portion.teacher_texts.assign(3, 1.0f);
  for (const MicroBatch& expected : fresh) {
    portion = feeder.next(std::move(portion));
    expect_same_pairs(portion, expected);
    EXPECT_TRUE(portion.teacher_texts.empty());
  }
}

TEST(Feeder, RanksTakePartsOfTheBatch) {
  const Kitchen kitchen(tar_of_samples(16));
  const auto whole =
      kitchen.feed({.steps = 2, .batch_size = 8, .micro_batch = 2}, kitchen.options());
  for (int rank = 0; rank < 2; ++rank) {
    const auto part =
        kitchen.feed({.steps = 2, .batch_size = 8, .micro_batch = 2, .rank = rank, .ranks = 2},
                     kitchen.options());
    ASSERT_EQ(part.size(), 4u);
    for (size_t i = 0; i < 4; ++i)
      expect_same_pairs(part[i], whole[i / 2 * 4 + static_cast<size_t>(rank) * 2 + i % 2]);
  }
}

TEST(Feeder, ASecondPassSeesTheSamePixelsAndTokens) {
  const Kitchen kitchen(tar_of_samples(12));
  const auto portions =
      kitchen.feed({.steps = 2, .batch_size = 6, .micro_batch = 4, .passes = 2}, kitchen.options());
  ASSERT_EQ(portions.size(), 8u);
  for (const size_t step : {0, 4}) {
    for (const size_t i : {0, 1}) {
      EXPECT_EQ(portions[step + i].pass, 0);
      EXPECT_EQ(portions[step + 2 + i].pass, 1);
      expect_same_pairs(portions[step + i], portions[step + 2 + i]);
    }
  }
}

TEST(Feeder, EpochsDrawOtherCaptionsAndCrops) {
  const Kitchen kitchen(tar_of_samples(8));
  const auto portions =
      kitchen.feed({.steps = 8, .batch_size = 8, .micro_batch = 8}, kitchen.options());
  std::map<std::string, std::set<std::vector<int32_t>>> captions;
  std::map<std::string, std::set<std::vector<float>>> pictures;
  for (const MicroBatch& portion : portions) {
    for (int64_t i = 0; i < 8; ++i) {
      captions[portion.keys[i]].insert(
          {portion.tokens.begin() + i * kContext, portion.tokens.begin() + (i + 1) * kContext});
      pictures[portion.keys[i]].insert(
          {portion.pixels.begin() + i * 108, portion.pixels.begin() + (i + 1) * 108});
    }
  }
  size_t both = 0;
  for (const auto& [key, seen] : captions) both += seen.size() == 2;
  EXPECT_GE(both, 6u);  // each of 8 misses one of two captions in 8 draws once in 128
  for (const auto& [key, seen] : pictures) EXPECT_GE(seen.size(), 5u) << key;
}

/// Every third picture is damaged, each in its way.
std::string tar_with_bad_samples(int count) {
  return tar_of_samples(count, [](int i, Files& sample) {
    if (i % 3 != 0) return;
    if (i % 2)
      sample[0].second.resize(60);
    else
      sample[1].second = R"({"text": "\ud83d"})";
  });
}

TEST(Feeder, BadSamplesAreReplacedNamedAndCountedOnce) {
  const Kitchen kitchen(tar_with_bad_samples(12));
  std::vector<std::vector<MicroBatch>> runs;
  for (const int threads : {1, 4}) {
    FeederOptions options = kitchen.options();
    options.threads = threads;
    options.bad_limit = 0.9;
    Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                  {.steps = 6, .batch_size = 12, .micro_batch = 6, .passes = 2}, options);
    runs.emplace_back();
    for (int i = 0; i < 24; ++i) runs.back().push_back(feeder.next());
    std::set<std::string> reported;
    for (const BadSample& bad : feeder.take_bad_samples()) {
      EXPECT_TRUE(reported.insert(bad.key).second) << bad.key << " was reported twice";
      EXPECT_FALSE(bad.why.empty());
      EXPECT_EQ(bad.why.find(bad.key), std::string::npos) << bad.why;
    }
    EXPECT_EQ(reported,
              (std::set<std::string>{"a.tar: 000", "a.tar: 003", "a.tar: 006", "a.tar: 009"}));
    EXPECT_EQ(feeder.bad_count(), 4);
    EXPECT_TRUE(feeder.take_bad_samples().empty());
  }
  for (size_t i = 0; i < runs[0].size(); ++i) expect_same_pairs(runs[0][i], runs[1][i]);
  for (const MicroBatch& portion : runs[0])
    for (const std::string& key : portion.keys) EXPECT_NE(std::stoi(key.substr(7)) % 3, 0) << key;
}

std::string said_while_feeding(const Kitchen& kitchen, const FeederOptions& options) {
  return refusal([&] { kitchen.feed({.steps = 40, .batch_size = 8, .micro_batch = 8}, options); });
}

TEST(Feeder, ASourceThatIsMostlyBadStopsTheRun) {
  const Kitchen kitchen(tar_of_samples(20, [](int i, Files& sample) {
    if (i % 4 != 0) sample[0].second = "no picture";
  }));
  std::set<std::string> said;
  for (const int threads : {1, 2, 5}) {
    FeederOptions options = kitchen.options();
    options.threads = threads;
    said.insert(said_while_feeding(kitchen, options));
  }
  ASSERT_EQ(said.size(), 1u) << "the sentence does not depend on the threads";
  EXPECT_NE(said.begin()->find("a.tar: "), std::string::npos) << *said.begin();
  EXPECT_NE(said.begin()->find("of the last"), std::string::npos) << *said.begin();
  EXPECT_NE(said.begin()->find("is no picture"), std::string::npos) << *said.begin();
  FeederOptions patient = kitchen.options();
  patient.bad_limit = 1;
  EXPECT_EQ(said_while_feeding(kitchen, patient), "");
}

TEST(Feeder, ASourceThatIsAllBadStopsTheRunAtOnce) {
  const Kitchen kitchen(
      tar_of_samples(60, [](int, Files& sample) { sample[0].second = "no picture"; }));
  const std::string said = said_while_feeding(kitchen, kitchen.options());
  EXPECT_NE(said.find("a.tar: "), std::string::npos) << said;
  EXPECT_NE(said.find("50 of"), std::string::npos) << said;
  const std::string last = kitchen.data.key(kitchen.order.substitute(0, 49));
  EXPECT_NE(said.find("the last one, " + last), std::string::npos)
      << said << "\nis not of the first place, whose last try is " << last;
}

TEST(Feeder, FewerThanFiftySamplesSayNothingAndPassesCountOnce) {
  const Kitchen kitchen(tar_of_samples(20, [](int i, Files& sample) {
    if (i % 5 < 2) sample[0].second = "no picture";
  }));
  FeederOptions options = kitchen.options();
  options.bad_limit = 0.3;
  Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                {.steps = 1, .batch_size = 20, .micro_batch = 20, .passes = 2}, options);
  EXPECT_EQ(refusal([&] { feeder.next(); }), "");
  EXPECT_EQ(refusal([&] { feeder.next(); }), "");
  EXPECT_EQ(feeder.bad_count(), 8);
}

TEST(Feeder, PicturesAboveTheLimitAreBad) {
  const Kitchen kitchen(tar_of_samples(9, [](int i, Files& sample) {
    if (i == 4) sample[0].second = small_png(4, 40, 40);
  }));
  FeederOptions options = kitchen.options();
  options.max_pixels = 1000;
  Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                {.steps = 1, .batch_size = 9, .micro_batch = 9}, options);
  feeder.next();
  const auto bad = feeder.take_bad_samples();
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0].key, "a.tar: 004");
  EXPECT_NE(bad[0].why.find("1000"), std::string::npos) << bad[0].why;
}

TEST(Feeder, AFileThatShrinksIsTheSystemsFaultAndStopsTheRun) {
  const Kitchen kitchen(tar_of_samples(50));
  kitchen.folder.write("a.tar", "");
  const std::string said = said_while_feeding(kitchen, kitchen.options());
  EXPECT_NE(said.find("became shorter"), std::string::npos) << said;
  EXPECT_EQ(said.find("could not be used"), std::string::npos) << "no fault of samples: " << said;
}

TEST(Feeder, SamplesOfADataSetWithoutTextsAreBad) {
  const ScratchFolder folder;
  const std::string path = folder.write("a.tar", tar_of({{"0.png", small_png(1)}}));
  const Dataset data = open_source(folder, {.path = path}, /*texts_required=*/false);
  const Order order(data.source_begins(), std::vector<double>{1}, 5);
  const Tokenizer tokenizer = Tokenizer::load(tiny_bpe(folder));
  Feeder feeder(data, order, tokenizer, {.steps = 1, .batch_size = 1, .micro_batch = 1}, {});
  EXPECT_NE(refusal([&] { feeder.next(); }).find("a.tar: 0"), std::string::npos);
}

TEST(Feeder, AfterAnErrorItSaysTheSameAgain) {
  const Kitchen kitchen(
      tar_of_samples(5, [](int, Files& sample) { sample[0].second = "no picture"; }));
  Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                {.steps = 5, .batch_size = 5, .micro_batch = 5}, kitchen.options());
  const std::string said = refusal([&] { feeder.next(); });
  EXPECT_NE(said, "");
  EXPECT_EQ(refusal([&] { feeder.next(); }), said);
}

TEST(Feeder, ItMayEndAtAnyMoment) {
  const Kitchen kitchen(tar_of_samples(30));
  for (int taken = 0; taken < 12; ++taken) {
    FeederOptions options = kitchen.options();
    options.threads = 4;
    options.queue = 1 + taken % 3;
    Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                  {.steps = 100, .batch_size = 6, .micro_batch = 4, .passes = 2}, options);
    for (int i = 0; i < taken; ++i) feeder.next();
  }
}

TEST(Feeder, APlanThatCannotBeIsRefused) {
  const Kitchen kitchen(tar_of_samples(4));
  const FeedPlan plans[] = {
      {.steps = 1, .batch_size = 0},
      {.steps = -1, .batch_size = 4},
      {.steps = 1, .batch_size = 5, .micro_batch = 1, .ranks = 2},
      {.steps = 1, .batch_size = 4, .micro_batch = 1, .rank = 2, .ranks = 2},
      {.steps = 1, .batch_size = 4, .micro_batch = 1, .passes = 0},
  };
  for (const FeedPlan& plan : plans)
    EXPECT_THROW(Feeder(kitchen.data, kitchen.order, kitchen.tokenizer, plan, kitchen.options()),
                 Error);
  Feeder feeder(kitchen.data, kitchen.order, kitchen.tokenizer,
                {.steps = 1, .batch_size = 4, .micro_batch = 4}, kitchen.options());
  feeder.next();
  EXPECT_NE(refusal([&] { feeder.next(); }).find("all 1 portions"), std::string::npos);
}

}  // namespace
}  // namespace tandem
