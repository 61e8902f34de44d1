#include "describe/facets.h"

#include <algorithm>
#include <sstream>

#include "base/fail.h"
#include "zero_shot/ensemble.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

void add_mean(const Model& model, const char* prompts, Embeddings& rows) {
  std::vector<std::string> sentences;
  std::istringstream in(prompts);
  for (std::string sentence; std::getline(in, sentence, '|');) sentences.push_back(sentence);
  const auto mean =
      average_prompts(model.encode_texts(sentences), static_cast<int64_t>(sentences.size()));
  rows.width = mean.width;
  rows.values.insert(rows.values.end(), mean.values.begin(), mean.values.end());
  ++rows.rows;
}

}  // namespace

const FacetQuestion& facet_question(const std::string& key) {
  for (const auto& question : facet_questions())
    if (key == question.key) return question;
  fail(ErrorKind::bad_input, "{} is no facet; say what, where, people, medium, text or graphic",
       key);
}

FacetReader::FacetReader(const Model& model) : logit_scale_(model.logit_scale()) {
  for (const auto& question : facet_questions()) {
    Embeddings rows;
    for (const auto& answer : question.answers) add_mean(model, answer.prompts, rows);
    add_mean(model, question.null_prompts, rows);
    answers_.push_back(std::move(rows));
  }
}

std::vector<double> FacetReader::logits(size_t question, std::span<const float> picture) const {
  const auto& rows = answers_[question];
  std::vector<double> logits;
  for (int64_t i = 0; i < rows.rows; ++i)
    logits.push_back(logit_scale_ * cosine(picture, rows.row(i)));
  return logits;
}

FacetReading FacetReader::read(size_t question, std::span<const float> picture,
                               const FacetCalibration& calibration) const {
  auto values = logits(question, picture);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] =
        calibration.scale * values[i] + (i < calibration.biases.size() ? calibration.biases[i] : 0);
  const auto probabilities = softmax(values);
  const size_t best = top(probabilities, 1)[0];
  const auto& answers = facet_questions()[question].answers;
  FacetReading reading{facet_questions()[question].key, "", probabilities[best]};
  if (best < answers.size() && reading.confidence >= kFacetConfidence)
    reading.answer = answers[best].name;
  return reading;
}

}  // namespace tandem
