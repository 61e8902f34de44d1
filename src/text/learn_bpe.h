// Learning a byte-pair vocabulary from captions, in CLIP's form.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/vocabulary.h"
#include "text/word_splitter.h"

namespace tandem {

/// How often each word of a corpus occurs. Texts are cleaned and split as openai/CLIP does
/// (Cleaning::openai); words of more than 256 bytes, which no vocabulary needs, are passed over.
class WordCounter {
 public:
  WordCounter();

  /// Counts these texts, on all threads. One that is no UTF-8 is left out and counted as bad.
  /// Error: limit where the distinct words become too many.
  void add(std::span<const std::string> texts);

  int64_t texts() const { return texts_; }
  int64_t bad_texts() const { return bad_texts_; }
  const std::unordered_map<std::string, int64_t>& words() const { return words_; }

 private:
  WordSplitter splitter_;
  std::unordered_map<std::string, int64_t> words_;
  int64_t texts_ = 0, bad_texts_ = 0;
  uint64_t bytes_ = 0;  // of distinct words
};

/// The merges of a byte-pair encoding (Sennrich et al. 2016, algorithm 1) in their order: each
/// joins the pair of symbols that is side by side most often, a word's last symbol being another
/// one than the same within. Of equally frequent pairs the one whose left id is lower is taken,
/// then whose right id is: bytes in byte_order(), the same at a word's end, then merges by age.
/// At most `merges`; fewer where no pair occurs at least `least_count` times any more.
std::vector<Vocabulary::Pair> learn_merges(const std::unordered_map<std::string, int64_t>& words,
                                           int64_t merges, int64_t least_count = 2);

/// The tokenizer.json that Hugging Face's CLIPTokenizerFast has for these merges: ids are bytes,
/// bytes at a word's end, merges, <|startoftext|>, <|endoftext|>.
std::string clip_tokenizer_json(std::span<const Vocabulary::Pair> merges);

/// Writes tokenizer.json, vocab.json, merges.txt, tokenizer_config.json and
/// special_tokens_map.json into a folder, which is made where it is missing. Error: io.
void write_clip_tokenizer(std::span<const Vocabulary::Pair> merges, const std::string& folder);

}  // namespace tandem
