#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.h"
#include "zero_shot/ensemble.h"
#include "zero_shot/ranking.h"
#include "zero_shot/templates.h"

namespace tandem {
namespace {

// What "none of these" is measured against: words that name nothing.
const std::vector<std::string> kNullLabels = {"something", "an object", "a thing", "a picture"};

}  // namespace

Embeddings average_prompts(const Embeddings& prompts, int64_t templates) {
  if (templates < 1)
    fail(ErrorKind::bad_input,
         "there are no templates; give at least one, with {{}} for the label");
  Embeddings means{.rows = prompts.rows / templates, .width = prompts.width};
  means.values.resize(static_cast<size_t>(means.rows * means.width));
  std::vector<double> sum(static_cast<size_t>(prompts.width));
  for (int64_t label = 0; label < means.rows; ++label) {
    std::fill(sum.begin(), sum.end(), 0);
    for (int64_t t = 0; t < templates; ++t) {
      const auto row = prompts.row(label * templates + t);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += row[i];
    }
    // The mean's length does not matter: it is normalised.
    const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
    const auto mean = means.row(label);
    for (size_t i = 0; i < sum.size(); ++i)
      mean[i] = static_cast<float>(length > 0 ? sum[i] / length : 0);
  }
  return means;
}

Embeddings ensemble(const Model& model, std::span<const std::string> labels,
                    const Templates& templates) {
  return average_prompts(model.encode_texts(fill(labels, templates)),
                         static_cast<int64_t>(templates.texts.size()));
}

Classifier::Classifier(const Model& model, std::vector<std::string> labels,
                       const Templates& templates)
    : logit_scale_(model.logit_scale()),
      logit_bias_(model.logit_bias()),
      labels_(std::move(labels)) {
  if (labels_.empty())
    fail(ErrorKind::bad_input, "there are no labels to choose from; give at least one");
  embeddings_ = ensemble(model, labels_, templates);
  const Embeddings null_labels = ensemble(model, kNullLabels, templates);
  null_embedding_ = average_prompts(null_labels, null_labels.rows).values;
}

std::vector<Answer> Classifier::classify(std::span<const float> picture_embedding) const {
  std::vector<Answer> answers(labels_.size());
  std::vector<double> logits(labels_.size());
  for (size_t label = 0; label < labels_.size(); ++label)
    logits[label] =
        logit_scale_ * cosine(picture_embedding, embeddings_.row(static_cast<int64_t>(label))) +
        logit_bias_.value_or(0);
  const auto probabilities = logit_bias_ ? sigmoid(logits) : softmax(logits);
  for (size_t label = 0; label < labels_.size(); ++label)
    answers[label] = {label, probabilities[label], logits[label]};
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.logit > b.logit; });
  return answers;
}

bool Classifier::none_of_these(std::span<const float> picture_embedding) const {
  const double null_cosine = cosine(picture_embedding, null_embedding_);
  for (int64_t label = 0; label < embeddings_.rows; ++label)
    if (cosine(picture_embedding, embeddings_.row(label)) >= null_cosine) return false;
  return true;
}

std::vector<LabelProbability> classify(const Model& model, const std::string& picture,
                                       const std::vector<std::string>& labels,
                                       const std::string& templates) {
  const Classifier classifier(model, labels, Templates::named(templates));
  std::vector<LabelProbability> answers;
  for (const auto& answer : classifier.classify(model.encode_image(picture)))
    answers.push_back({labels[answer.label], answer.probability});
  return answers;
}

}  // namespace tandem
