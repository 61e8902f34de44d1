// The vocabulary's own files: OpenAI's list of merges, and Hugging Face's pair.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "text/vocabulary.h"

namespace tandem {

/// What a Vocabulary is made of.
struct VocabularyParts {
  std::vector<std::string> spellings;  ///< by id
  std::vector<Vocabulary::Pair> merges;
  std::string source;  ///< the file, for errors
};

/// Symbols of OpenAI's vocabularies that are no merges: 256 bytes, the same at a
/// word's end, start and end of text.
inline constexpr int kSymbolsBesideMerges = 514;
/// The size of the published vocabulary.
inline constexpr int kPublishedVocabularySize = 49408;

/// bpe_simple_vocab_16e6.txt, gzipped or not: a line of header, then a merge a
/// line. Ids: bytes, bytes at a word's end, merges, `specials`. `vocab_size` (0:
/// the published one, or as many as the file has) says how many merges are used.
VocabularyParts read_bpe_vocab(const std::string& path, int vocab_size,
                               const std::vector<std::string>& specials);

/// The spellings of a vocab.json (spelling to id).
std::vector<std::string> read_vocab(const std::string& path);

/// vocab.json and merges.txt ("#version" line, a merge a line).
VocabularyParts read_vocab_and_merges(const std::string& vocab, const std::string& merges);

/// "left right"; bad_model naming the place where it is not two words.
Vocabulary::Pair parse_merge(std::string_view line, size_t number, const std::string& source);

}  // namespace tandem
