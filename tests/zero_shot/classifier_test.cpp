#include <gtest/gtest.h>

#include <cmath>

#include "golden_folder.h"
#include "tandem/tandem.h"
#include "zero_shot/ensemble.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

TEST(Ranking, SoftmaxSumsToOneAndSurvivesLargeLogits) {
  const double logits[] = {1000, 999, -1000};
  const auto values = softmax(logits);
  EXPECT_NEAR(values[0] + values[1] + values[2], 1, 1e-12);
  EXPECT_NEAR(values[0] / values[1], std::exp(1.0), 1e-9);
}

TEST(Ranking, TopKeepsTheOrderOfEqualValues) {
  const double values[] = {1, 3, 2, 3};
  EXPECT_EQ(top(values, 3), (std::vector<size_t>{1, 3, 2}));
  EXPECT_EQ(top(values, 9).size(), 4u);
}

TEST(Ensemble, IsTheNormalisedMeanOfItsPrompts) {
  const Embeddings prompts{.rows = 4, .width = 2, .values = {1, 0, 0, 1, 1, 0, 1, 0}};
  const auto means = average_prompts(prompts, 2);
  ASSERT_EQ(means.rows, 2);
  EXPECT_FLOAT_EQ(means.row(0)[0], std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(means.row(0)[1], std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(means.row(1)[0], 1);
}

TEST(Classifier, AnswersAreSortedAndSumToOne) {
  TANDEM_GOLDEN(folder, "zero_shot/one_template");
  const Model model = Model::load(folder + "/hf");
  const Classifier classifier(model, {"tabby cat", "golden retriever", "fire engine"});
  const auto answers = classifier.classify(model.encode_image(folder + "/images/0_rgb_50x38.png"));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_GE(answers[0].logit, answers[1].logit);
  EXPECT_GE(answers[1].logit, answers[2].logit);
  EXPECT_NEAR(answers[0].probability + answers[1].probability + answers[2].probability, 1, 1e-9);
}

TEST(Classifier, NoneOfTheseMeansThatSayingNothingFitsBetter) {
  TANDEM_GOLDEN(folder, "zero_shot/one_template");
  const Model model = Model::load(folder + "/hf");
  const Classifier classifier(model, {"tabby cat", "fire engine"});
  // A label's own direction is as near to it as a picture can be; its opposite is not.
  const auto label = classifier.embeddings().row(0);
  EXPECT_FALSE(classifier.none_of_these(label));
  const Classifier null_words(model, {"something"});
  EXPECT_TRUE(classifier.none_of_these(null_words.embeddings().row(0)));
}

TEST(Classifier, NoLabelsIsASentence) {
  TANDEM_GOLDEN(folder, "zero_shot/one_template");
  const Model model = Model::load(folder + "/hf");
  EXPECT_THROW(Classifier(model, {}), Error);
}

}  // namespace
}  // namespace tandem
