// Hugging Face's tokenizer.json, as far as it is CLIP's pipeline.
#pragma once

#include <string>
#include <vector>

#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/vocabulary_files.h"

namespace tandem {

struct TokenizerJson {
  VocabularyParts vocabulary;  ///< added tokens included
  Normalizer normalizer;
  std::vector<AddedToken> added;
  int32_t start = -1, end = -1;  ///< of the post-processor, -1 where it has none
  int32_t pad = -1;              ///< of "padding", -1 where there is none
  std::string bytes;             ///< the file
};

/// Reads and checks it. unsupported, by name, for the tokenizer of another
/// family (WordPiece, Unigram, a byte-pair model without "</w>") or a step that
/// CLIP's pipeline lacks; bad_model where the file contradicts itself.
TokenizerJson read_tokenizer_json(const std::string& path);

}  // namespace tandem
