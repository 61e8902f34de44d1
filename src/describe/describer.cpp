#include "describe/describer.h"

#include <algorithm>

#include "base/fail.h"
#include "describe/wording.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr size_t kNearest = 64;

const std::vector<std::string> kNullSentences = {"A picture.",
                                                 "A picture of something.",
                                                 "A photo of a thing.",
                                                 "Something.",
                                                 "An object.",
                                                 "A scene.",
                                                 "A symbol."};

/// The mean cosine of different rows, from the length of their sum.
double mean_cosine_of(const Embeddings& rows) {
  const double n = static_cast<double>(rows.rows);
  if (rows.rows < 2) return 0;
  std::vector<double> sum(static_cast<size_t>(rows.width));
  for (int64_t i = 0; i < rows.rows; ++i)
    for (size_t j = 0; j < sum.size(); ++j) sum[j] += rows.row(i)[j];
  double squares = 0;
  for (const double value : sum) squares += value * value;
  return std::clamp((squares - n) / (n * (n - 1)), -1.0, 1.0);
}

}  // namespace

Describer::Describer(const Model& model, CaptionBank bank, DescribeCalibration calibration,
                     const DescribeOptions& options)
    : model_(model),
      bank_(std::move(bank)),
      calibration_(std::move(calibration)),
      options_(options),
      facets_(model) {
  if (bank_.sentences.empty())
    fail(ErrorKind::bad_input, "the bank holds no sentences; give some with --captions");
  if (!calibration_.space.empty() && calibration_.space != model.fingerprint().space)
    fail(ErrorKind::bad_model,
         "the calibration was fitted to another model than {}; fit it again with --calibrate",
         model.path());
  sentences_ = model.encode_texts(bank_.sentences);
  nulls_ = model.encode_texts(kNullSentences);
  mean_cosine_ = mean_cosine_of(sentences_);
  for (const auto& sentence : bank_.sentences) words_.push_back(content_words(sentence));
}

double Describer::likeness(size_t sentence, size_t other) const {
  const double cosines = cosine(sentences_.row(static_cast<int64_t>(sentence)),
                                sentences_.row(static_cast<int64_t>(other)));
  const double above =
      mean_cosine_ < 1 ? std::clamp((cosines - mean_cosine_) / (1 - mean_cosine_), 0.0, 1.0) : 0;
  return (share_in(words_[sentence], words_[other]) + above) / 2;
}

BestSentence Describer::best_sentence(std::span<const float> picture) const {
  std::vector<double> cosines;
  for (int64_t i = 0; i < sentences_.rows; ++i)
    cosines.push_back(cosine(picture, sentences_.row(i)));
  const auto nearest = top(cosines, kNearest);
  std::vector<double> logits;
  for (const size_t i : nearest) logits.push_back(model_.logit_scale() * cosines[i]);
  for (int64_t i = 0; i < nulls_.rows; ++i)
    logits.push_back(model_.logit_scale() * cosine(picture, nulls_.row(i)));
  const auto probabilities = softmax(logits);
  BestSentence best;
  best.agreement = -1;
  for (const size_t candidate : nearest) {
    double agreement = 0;
    for (size_t j = 0; j < nearest.size(); ++j)
      agreement += probabilities[j] * likeness(candidate, nearest[j]);
    if (agreement > best.agreement) best = {candidate, agreement, 0};
  }
  best.confidence = calibration_.sentence.confidence(best.agreement);
  return best;
}

bool Describer::is_sure(double confidence, const Proposal& proposal) const {
  return confidence >= options_.sure && calibration_.is_fitted() && proposal.warnings.empty();
}

void Describer::describe_scene(std::span<const float> picture, Proposal& proposal) const {
  const BestSentence best = best_sentence(picture);
  proposal.confidence = best.confidence;
  if (best.confidence < options_.min_confidence) return;
  const std::string text = wording(bank_.sentences[best.index], is_sure(best.confidence, proposal));
  if (proposal.role == PictureRole::functional)
    proposal.seen = text;
  else
    proposal.alt = text;
}

/// "May show: a bar chart.": what kind of graphic it is, never what it says.
void Describer::describe_graphic(Proposal& proposal) const {
  const auto graphic =
      std::find_if(proposal.facets.begin(), proposal.facets.end(),
                   [](const FacetReading& facet) { return facet.key == "graphic"; });
  proposal.confidence = graphic->confidence;
  if (graphic->answer.empty() || graphic->confidence < options_.min_confidence) return;
  std::string sentence = graphic->answer + ".";
  sentence[0] = 'A';
  proposal.alt = wording(sentence, is_sure(graphic->confidence, proposal));
}

void Describer::describe(std::span<const float> picture, Proposal& proposal) const {
  const auto& questions = facet_questions();
  for (size_t i = 0; i < questions.size(); ++i) {
    const bool graphic = questions[i].key == std::string("graphic");
    if (graphic != (proposal.role == PictureRole::complex) && graphic) continue;
    proposal.facets.push_back(facets_.read(i, picture, calibration_.facets[i]));
  }
  if (proposal.role == PictureRole::complex)
    describe_graphic(proposal);
  else
    describe_scene(picture, proposal);
}

}  // namespace tandem
