// Several things asked for at once (docs/search_scores.md).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "search/background.h"

namespace tandem {

/// One thing that is asked for, or asked not to be there.
struct QueryPart {
  std::vector<float> embedding;  ///< of length 1
  ScoreSpread spread;            ///< of its scores over the library
  bool words = true;             ///< else a picture
  double weight = 1;
};

/// With the query itself, eight share one pass over the rows.
inline constexpr size_t kMostNots = 7;

/// Wanted parts add up by the spread of their scores, so that a picture's cosines, which are larger
/// than those of words, do not outweigh them: score = sum of weight * cosine / spread. For each
/// unwanted part, what its score is above its centre, in spreads, is subtracted: pictures that do
/// not show it are neither helped nor harmed.
class Mixture {
 public:
  Mixture(std::vector<QueryPart> wanted, std::vector<QueryPart> unwanted);

  /// All wanted parts as one query of length 1.
  std::span<const float> embedding() const { return queries_.row(0); }
  /// Row 0: embedding(); then the unwanted parts.
  const Embeddings& embeddings() const { return queries_; }
  bool has_unwanted() const { return !unwanted_.empty(); }
  /// The score of a row from its dot products with embeddings().
  std::function<float(const float* scores)> combination() const;

  /// That a picture truly fits: the weighted geometric mean of the wanted parts' confidences, times
  /// 1 - confidence for each unwanted one. `spread`: Background::of_picture.
  double confidence(std::span<const float> picture, const ScoreSpread& spread,
                    int64_t pictures) const;

 private:
  std::vector<QueryPart> wanted_, unwanted_;
  Embeddings queries_;
  double spread_ = 1;  ///< cosine with embedding() / spread_ is the wanted parts' sum
};

/// Of length 1.
std::vector<float> mean_of(std::span<const std::vector<float>> embeddings);

}  // namespace tandem
