// Small questions about a picture, each with a "none of these" answer and a calibrated confidence.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/model.h"

namespace tandem {

struct FacetAnswer {
  const char* name;     ///< "an animal"
  const char* prompts;  ///< sentences with "|" between them; their embeddings are averaged
};

struct FacetQuestion {
  const char* key;  ///< "what", "where", "people", "medium", "text", "graphic"
  std::vector<FacetAnswer> answers;
  const char* null_prompts;  ///< what fits where none of the answers does
};

/// facets_table.cpp
const std::vector<FacetQuestion>& facet_questions();
/// Error: bad_input for a key that is none.
const FacetQuestion& facet_question(const std::string& key);

/// How logits of one question become probabilities: softmax(scale * logit + bias), the null answer
/// last. Vector scaling with one shared scale (Guo et al., arXiv 1706.04599, section 4.2).
struct FacetCalibration {
  double scale = 1;
  std::vector<double> biases;  ///< answers + 1
  int64_t pictures = 0;        ///< that it was fitted on; 0: not fitted
};

struct FacetReading {
  std::string key;
  std::string answer;     ///< empty: unknown
  double confidence = 0;  ///< of the likeliest answer, the null answer included, given or not
};

/// An answer is given where its probability is at least this.
inline constexpr double kFacetConfidence = 0.6;

/// The questions' answers as embeddings: encoded once.
class FacetReader {
 public:
  explicit FacetReader(const Model& model);

  /// logit_scale * cosine for each answer and, last, the null answer.
  std::vector<double> logits(size_t question, std::span<const float> picture) const;
  FacetReading read(size_t question, std::span<const float> picture,
                    const FacetCalibration& calibration) const;

 private:
  double logit_scale_;
  std::vector<Embeddings> answers_;  ///< of each question
};

}  // namespace tandem
