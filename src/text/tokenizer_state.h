// What a Tokenizer holds after loading.
#pragma once

#include <string>
#include <vector>

#include "text/added_tokens.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"
#include "text/word_splitter.h"

namespace tandem {

struct TokenizerState {
  /// A string of a text that is one token.
  struct Special {
    std::string text;
    int32_t id;
  };

  Vocabulary vocabulary;
  Cleaning cleaning;
  WordSplitter splitter;
  std::vector<Special> specials;  ///< start, end, additional ones; empty for hugging_face
  AddedTokens added;              ///< hugging_face only
  std::vector<AddedToken> added_list;
  int32_t start, end, pad;
  std::string tokenizer_json;    ///< the file as it was read, or empty
  std::string tokenizer_config;  ///< the same

  bool is_hugging_face() const { return cleaning == Cleaning::hugging_face; }
  bool is_special(int32_t id) const;
  /// Appends the ids of text that is cleaned (and has no added tokens).
  void append_ids(std::string_view cleaned, std::vector<int32_t>& ids) const;
  /// FNV-1a over spellings, merges and special tokens.
  uint64_t hash() const;
};

}  // namespace tandem
