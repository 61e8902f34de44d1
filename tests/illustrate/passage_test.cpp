// What a place says, as sentences and embeddings.
#include "illustrate/passage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "golden_folder.h"
#include "zero_shot/ranking.h"

namespace {

using tandem::PassageRule;
using tandem::Place;
using tandem::split_sentences;
using Sentences = std::vector<std::string>;

TEST(Sentences, EndBeforeACapital) {
  EXPECT_EQ(split_sentences("The moon is round. It has no air! Does it shine? 28 days pass."),
            (Sentences{"The moon is round.", "It has no air!", "Does it shine?", "28 days pass."}));
  EXPECT_EQ(split_sentences("He said: “It goes round.” Then he went home."),
            (Sentences{"He said: “It goes round.”", "Then he went home."}));
  EXPECT_EQ(split_sentences("no end here"), Sentences{"no end here"});
  EXPECT_EQ(split_sentences(""), Sentences{});
  EXPECT_EQ(split_sentences(" \n . \n"), Sentences{"."});
}

TEST(Sentences, ShortFormsAndNumbersEndNone) {
  for (const char* one :
       {"See Fig. 3 for what Dr. J. Smith found.", "It weighs 3.5 kg, e.g. A lot.",
        "The file a.txt is long.", "They were brave (cf. Homer) and strong."})
    EXPECT_EQ(split_sentences(one), Sentences{one});
}

TEST(Sentences, FewWordsJoinTheirNeighbour) {
  EXPECT_EQ(split_sentences("Why? The water is cold there. Yes."),
            Sentences{"Why? The water is cold there. Yes."});
}

TEST(Sentences, LinesAndOtherScripts) {
  EXPECT_EQ(split_sentences("The parts of plants\nRoots hold the plant. Leaves take up light."),
            (Sentences{"The parts of plants", "Roots hold the plant.", "Leaves take up light."}));
  EXPECT_EQ(split_sentences("月は丸い。水は冷たい。"), (Sentences{"月は丸い。", "水は冷たい。"}));
  EXPECT_EQ(split_sentences("\xff\xfe x"), Sentences{"\xef\xbf\xbd\xef\xbf\xbd x"});
}

class PassageEmbeddings : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = tandem_test::golden_case("zero_shot/one_template");
    if (path.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_.emplace(tandem::Model::load(path + "/hf"));
  }

  /// Weights times texts, of length 1.
  std::vector<float> sum(const std::vector<std::pair<std::string, double>>& parts) const {
    std::vector<double> values(static_cast<size_t>(model_->embed_dim()));
    for (const auto& [text, weight] : parts) {
      const auto row = model_->encode_text(text);
      for (size_t i = 0; i < values.size(); ++i) values[i] += weight * static_cast<double>(row[i]);
    }
    double squares = 0;
    for (const double value : values) squares += value * value;
    std::vector<float> result;
    for (const double value : values)
      result.push_back(static_cast<float>(value / std::sqrt(squares)));
    return result;
  }

  void expect_row(const tandem::Passages& passages, int64_t row,
                  const std::vector<float>& expected) {
    const auto values = passages.views.row(row);
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-5);
  }

  std::optional<tandem::Model> model_;
  const std::string a_ = "A cat sits here.", b_ = "Two dogs run away.";
  const std::vector<Place> places_ = {{.text = a_ + " " + b_, .headings = {"Animals", "Pets"}},
                                      {.text = a_}};
};

using Cut = PassageRule::Cut;
using Context = PassageRule::Context;

TEST_F(PassageEmbeddings, AreWhatTheRuleSays) {
  const auto encode = [&](Cut cut, Context context) {
    return tandem::encode_passages(*model_, places_,
                                   {.cut = cut, .context = context, .context_weight = 0.5});
  };
  const std::string whole = a_ + " " + b_;
  expect_row(encode(Cut::whole, Context::none), 0, sum({{whole, 1}}));
  expect_row(encode(Cut::sentences, Context::none), 0, sum({{a_, 1}, {b_, 1}}));
  expect_row(encode(Cut::both, Context::none), 0, sum({{whole, 2}, {a_, 1}, {b_, 1}}));
  expect_row(encode(Cut::whole, Context::prefix), 0, sum({{"Pets: " + whole, 1}}));
  expect_row(encode(Cut::whole, Context::mixed), 0, sum({{whole, 1}, {"Pets, Animals", 0.5}}));
  expect_row(encode(Cut::both, Context::mixed), 0,
             sum({{whole, 0.5}, {a_, 0.25}, {b_, 0.25}, {"Pets, Animals", 0.5}}));
  expect_row(encode(Cut::both, Context::mixed), 1, sum({{a_, 1}}));
}

TEST_F(PassageEmbeddings, TheBestSentenceCounts) {
  const auto passages =
      tandem::encode_passages(*model_, places_, {.cut = Cut::best, .context = Context::none});
  ASSERT_EQ(passages.begins, (std::vector<int64_t>{0, 2, 3}));
  const auto b = model_->encode_text(b_);
  EXPECT_NEAR(passages.score(0, b), 1, 1e-5);
  EXPECT_NEAR(passages.score(1, b), tandem::cosine(model_->encode_text(a_), b), 1e-5);
}

TEST_F(PassageEmbeddings, AnyTextHasOne) {
  std::string endless;
  for (int i = 0; i < 3000; ++i) endless += "This is one of many sentences. ";
  const std::vector<Place> odd = {{.text = endless}, {.text = "…"}, {.text = "\xef\xbf\xbd"}};
  const auto passages = tandem::encode_passages(*model_, odd, {.cut = Cut::best});
  EXPECT_EQ(passages.size(), 3);
  EXPECT_EQ(passages.begins[1], static_cast<int64_t>(tandem::kMostSentences));
}

}  // namespace
