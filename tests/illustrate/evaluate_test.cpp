// The measure of illustrating, on data whose answers are known.
#include "illustrate/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "base/scratch_folder.h"
#include "golden_folder.h"
#include "illustrate/file_name_score.h"

namespace {

using Words = std::vector<std::string>;

TEST(FileNames, AreCutIntoWords) {
  EXPECT_EQ(tandem::name_words("OSC_Microbio_20_02_ZebraFish-x.jpg"),
            (Words{"osc", "microbio", "zebra", "fish", "jpg"}));
}

std::vector<double> name_scores(const Words& names, const std::string& text) {
  std::vector<double> scores(names.size());
  for (const auto& [picture, score] : tandem::FileNameScores(names).found(text))
    scores[picture] = score;
  return scores;
}

TEST(FileNames, RareWordsCountAndBeginningsToo) {
  const Words names = {"OSX_Hist_Iturbi1800.jpg", "OSX_Hist_Moon.jpg", ""};
  const auto iturbide = name_scores(names, "Agustín de Iturbide entered the city.");
  EXPECT_NEAR(iturbide[0], 1 / std::sqrt(3.0), 1e-12);  // one of three words, which no other has
  EXPECT_EQ(iturbide[1], 0);
  EXPECT_EQ(iturbide[2], 0);
  EXPECT_GT(name_scores(names, "moon")[1], name_scores(names, "hist osx")[1]);
  EXPECT_GT(name_scores({"a_volcanoes.jpg", "b.jpg"}, "one volcano")[0], 0);
  // What every name has says nothing; short words must be equal.
  EXPECT_EQ(name_scores({"OSX_a.jpg", "OSX_b.jpg"}, "OSX")[0], 0);
  EXPECT_EQ(name_scores({"a_car.jpg", "bus.jpg"}, "carpet")[0], 0);
}

TEST(FileNames, WhatCamerasWriteTellsNothing) {
  const tandem::FileNameScores scores(
      Words{"IMG_0001.jpg", "moon.jpg", "DSC00017.JPG", "x_moon.png"});
  EXPECT_FALSE(scores.tells(0));
  EXPECT_TRUE(scores.tells(1));
  EXPECT_FALSE(scores.tells(2));
  EXPECT_TRUE(scores.tells(3));
  EXPECT_FALSE(tandem::FileNameScores(Words{"moon.jpg"}).tells(0));  // nothing to tell it from
}

/// Figures whose "pictures" are the embeddings of their own texts, so that every answer is known.
class KnownFigures : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = tandem_test::golden_case("zero_shot/one_template");
    if (path.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_.emplace(tandem::Model::load(path + "/hf"));
    for (int i = 0; i < 60; ++i) {
      const std::string word(1 + static_cast<size_t>(i % 3), static_cast<char>('a' + i % 26));
      const std::string text = "the " + word + " number " + std::to_string(i * 37);
      pairs_.pairs.push_back({.key = std::to_string(i), .texts = {text, text}, .file = text});
    }
    pairs_.pictures = model_->encode_texts(texts());
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> result;
    for (const auto& pair : pairs_.pairs) result.push_back(pair.texts[0]);
    return result;
  }
  std::optional<tandem::Model> model_;
  tandem::FigurePairs pairs_;
};

TEST_F(KnownFigures, RecallIsWholeAndChanceIsChance) {
  const auto figures = tandem::eval_illustrate(*model_, pairs_, 0, {});
  EXPECT_EQ(figures.clip.n, 60);
  EXPECT_GT(figures.clip.r1.value, 0.95);
  EXPECT_NEAR(figures.chance.r1.value, 1.0 / 60, 1e-12);
  EXPECT_NEAR(figures.chance.r5.value, 5.0 / 60, 1e-12);
  EXPECT_EQ(figures.file_names.n, 60);
  const auto& none = figures.none;
  EXPECT_EQ(none.n, 60);
  EXPECT_LE(none.right.value + none.wrong.value, 1);
  EXPECT_GE(none.separation, 0.5);
}

TEST_F(KnownFigures, TheThresholdDecidesWhatIsNone) {
  const auto everything = tandem::eval_illustrate(*model_, pairs_, 0, {.min_confidence = 0});
  const auto nothing = tandem::eval_illustrate(*model_, pairs_, 0, {.min_confidence = 1});
  EXPECT_EQ(nothing.none.right.value, 0);
  EXPECT_EQ(nothing.none.none_right.value, 1);
  EXPECT_LT(everything.none.none_right.value, 1);
}

TEST_F(KnownFigures, AFittedLinkTellsThemApart) {
  const auto link = tandem::fit_links(*model_, pairs_, {});
  const auto fitted = tandem::eval_illustrate(*model_, pairs_, 0, {}, link);
  EXPECT_GT(fitted.none.right.value, 0.5);
  EXPECT_GT(fitted.none.none_right.value, 0.8);
  EXPECT_NEAR(fitted.none.expected, fitted.none.precision.value, 0.15);
}

TEST_F(KnownFigures, TextsThatNobodyHasAreRefused) {
  EXPECT_EQ(tandem_test::refusal([&] { tandem::eval_illustrate(*model_, pairs_, 2, {}); }),
            "no figure has a text number 3; name another with --text");
}

}  // namespace
