// What scores are when nothing fits: of prompts that name little, and of a sample of the library's
// pictures. A cosine alone says nothing, because its usual size differs from query to query and
// from picture to picture (docs/search_scores.md).
#pragma once

#include <span>
#include <vector>

#include "index/library.h"
#include "search/vector_file.h"
#include "tandem/model.h"

namespace tandem {

/// The middle of some scores and how far they spread, robustly: a third of the library may fit.
struct ScoreSpread {
  double centre = 0, spread = 1;
  double z(double score) const { return (score - centre) / spread; }
};

/// What a score has above what its query and its picture score anyway, by what the picture's scores
/// spread. `picture`: Background::of_picture.
inline double picture_z(double score, const ScoreSpread& query, const ScoreSpread& picture) {
  return (score - query.centre - picture.centre) / picture.spread;
}

class Background {
 public:
  /// `nulls`: null_prompts() encoded; `sample`: pictures of the library.
  Background(Embeddings nulls, Embeddings sample);

  /// Of a query over the sampled pictures. Few pictures are helped by what null prompts score.
  ScoreSpread of_query(std::span<const float> query) const;
  /// The same of scores that are known, of any part of the sample.
  ScoreSpread of_scores(std::vector<double> scores) const;
  /// Of a picture over the null prompts; the centre is what they score here above what they score
  /// in the library, which is as near as this picture is to any text.
  ScoreSpread of_picture(std::span<const float> picture) const;

 private:
  Embeddings nulls_, sample_;
  ScoreSpread prior_;  ///< null prompts on sampled pictures
};

/// Prompts that fit nearly any picture as well as any other.
std::span<const char* const> null_prompts();

/// At most this many pictures are sampled.
inline constexpr size_t kSampledPictures = 1024;

/// The prompts as embeddings.
Embeddings encode_null_prompts(const Model& model);

/// The rows of a sample that changes little as the library grows: those whose ids' hashes are the
/// smallest.
Embeddings sample_rows(const VectorFile& vectors, size_t count = kSampledPictures);

/// The background of a space. Null prompts are encoded once and kept in the library's notes, where
/// it can be written.
Background open_background(const Library& library, const LibrarySpace& space, const Model& model,
                           const VectorFile& vectors);

}  // namespace tandem
