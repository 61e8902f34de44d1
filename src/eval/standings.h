// Where right answers stand in retrieval, without a matrix of all pairs.
#pragma once

#include <span>
#include <vector>

#include "eval/metrics.h"
#include "tandem/model.h"

namespace tandem {

struct RetrievalStandings {
  std::vector<Standing> of_texts;   ///< each text among all pictures; its own is right
  std::vector<Standing> of_images;  ///< each picture among all texts; its best one counts
};

/// `images` [images, width] and `texts` [texts, width]; picture i has texts [text_begins[i],
/// text_begins[i + 1]), at least one. Scores are f32 products in tiles on all threads, both ways
/// in one pass; memory beyond the embeddings is constant, and the number of threads changes
/// nothing. Error: bad_model where an embedding is not finite, as nothing compares with it.
RetrievalStandings retrieval_standings(const Embeddings& images, const Embeddings& texts,
                                       std::span<const int64_t> text_begins);

}  // namespace tandem
