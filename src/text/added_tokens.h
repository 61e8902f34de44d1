// Hugging Face's added tokens: strings that are cut out of a text before the rest
// is split.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalizer.h"

namespace tandem {

struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool single_word = false;  ///< only where no word character stands beside it
  bool lstrip = false;       ///< takes the white space before it
  bool rstrip = false;       ///< and after it
  bool normalized = false;   ///< looked for in the normalized text, else in the raw one
  bool special = false;
};

/// A piece of a text: an added token, or (id -1) text between them.
struct TextPiece {
  std::string_view text;
  int32_t id = -1;
};

/// Finds one set of added tokens: at each place the longest, from left to right.
class AddedTokenFinder {
 public:
  AddedTokenFinder() = default;
  /// `tokens` whose `content` is what to look for; empty ones are never found.
  explicit AddedTokenFinder(std::vector<AddedToken> tokens);

  /// The pieces of `text` (valid UTF-8), none empty.
  std::vector<TextPiece> split(std::string_view text) const;

 private:
  std::vector<AddedToken> tokens_;  ///< longest first
  std::array<bool, 256> may_begin_{};
};

/// Both sets of a tokenizer and its normalizer: the order of tokenizers' Rust core.
class AddedTokens {
 public:
  AddedTokens() = default;
  AddedTokens(const std::vector<AddedToken>& tokens, Normalizer normalizer);

  /// Calls `piece(text, id)` for each piece in order: normalized text with id -1,
  /// or an added token's id.
  template <class Piece>
  void split(std::string_view text, const Piece& piece) const {
    for (const TextPiece& raw : raw_.split(text)) {
      if (raw.id >= 0) {
        piece(raw.text, raw.id);
        continue;
      }
      const std::string normal = normalizer_.apply(raw.text);
      for (const TextPiece& part : normalized_.split(normal)) piece(part.text, part.id);
    }
  }

  const Normalizer& normalizer() const { return normalizer_; }

 private:
  Normalizer normalizer_;
  AddedTokenFinder raw_, normalized_;
};

}  // namespace tandem
