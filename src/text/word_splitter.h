// CLIP's split pattern: special strings, contractions, runs of letters, single
// numbers, runs of anything else that is no white space.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Bytes [begin, end) of a text.
struct WordSpan {
  size_t begin = 0, end = 0;
  bool is_special = false;  ///< one of the special strings matched (its case may differ)
};

/// The regular expression of the references, as a scanner. With `ignore_case`
/// contractions and specials match as the regex module's IGNORECASE does (also
/// by U+017F for s and U+212A for k).
class WordSplitter {
 public:
  /// `specials` are tried in their order before anything else, wherever a word
  /// may begin. '.' in one that `is_pattern` stands for any character, as
  /// open_clip does not escape them.
  struct Special {
    std::string text;
    bool is_pattern = false;
  };
  WordSplitter(bool ignore_case, std::vector<Special> specials);

  /// The next word at or after `position` of valid UTF-8; an empty one at the
  /// text's end where there is none.
  WordSpan next(std::string_view text, size_t position) const;

 private:
  size_t special_end(std::string_view text, size_t position) const;
  size_t contraction_end(std::string_view text, size_t position) const;

  bool ignore_case_;
  std::vector<Special> specials_;
  std::array<bool, 256> may_be_special_{};  ///< by first byte
};

}  // namespace tandem
