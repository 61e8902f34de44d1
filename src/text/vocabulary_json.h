// Vocabularies in JSON: tens of thousands of spellings and merges, taken out while
// the file is parsed, since a document of them is slow to build.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "text/vocabulary_files.h"

namespace tandem {

enum class VocabularyPlace {
  whole_file,  ///< vocab.json: spelling to id
  in_model,    ///< tokenizer.json: "model": {"vocab": {...}, "merges": [...]}
};

/// Parses the file of this text, which parts.source names, with the rules of
/// parse_json. Spellings and merges (as "left right" or ["left", "right"]) go to
/// `parts`, the rest of the document is returned. bad_model where the file is
/// damaged, an id is none or is given twice, or a merge is no pair.
Json parse_vocabulary_json(std::string_view text, VocabularyPlace place, VocabularyParts& parts);

}  // namespace tandem
