// Textbook figures with what their books say of them: what illustrating is measured on.
#pragma once

#include <string>
#include <vector>

#include "data/source_config.h"
#include "eval/eval.h"
#include "tandem/model.h"

namespace tandem {

struct FigurePair {
  std::string key;                 ///< of the sample
  std::vector<std::string> texts;  ///< in the data's order; may be empty
  std::string file;                ///< the figure's file name in its source; may be empty
  std::string title;               ///< of the book, from the file's folder: "World history"
};

struct FigurePairs {
  std::vector<FigurePair> pairs;
  Embeddings pictures;  ///< row i belongs to pairs[i]
};

/// Encodes every sample's picture. `origins`: a table with the columns key and origin (a path
/// BOOK/FILE), or "" where none is known. Errors: as eval_retrieval and PictureTable::read.
FigurePairs read_figure_pairs(const Model& model, const SourceConfig& data,
                              const std::string& origins, const EvalOptions& options);

/// Some of them, in this order.
FigurePairs some_of(const FigurePairs& all, const std::vector<size_t>& chosen);

}  // namespace tandem
