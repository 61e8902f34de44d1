// A byte-pair vocabulary: spellings, their ids, and words cut into them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/merge_table.h"

namespace tandem {

/// What ends the spelling of a word's last symbol.
inline constexpr std::string_view kEndOfWord = "</w>";

/// The character by which a vocabulary spells a byte, as UTF-8: printable ones
/// for themselves, the others from U+0100 on (OpenAI's bytes_to_unicode).
const std::string& byte_spelling(uint8_t byte);
/// The bytes in the order of that table: the order of the first 256 ids.
const std::vector<uint8_t>& byte_order();

/// Immutable; safe from many threads.
class Vocabulary {
 public:
  using Pair = std::pair<std::string, std::string>;

  /// `spellings[id]`, empty where an id is not used; `merges` by rank. `source`
  /// names the file in errors: bad_model where two ids have one spelling, a byte
  /// has no symbol (alone and at a word's end), or a merge's parts or its result
  /// are not spelled.
  Vocabulary(std::vector<std::string> spellings, std::vector<Pair> merges, MergeOrder order,
             const std::string& source);

  int32_t size() const { return static_cast<int32_t>(spellings_.size()); }
  /// The id of a spelling, or -1.
  int32_t find(std::string_view spelling) const;
  bool is_used(int32_t id) const {
    return id >= 0 && id < size() && !spellings_[static_cast<size_t>(id)].empty();
  }
  /// bad_input for an id that is none of the vocabulary.
  const std::string& spelling(int32_t id) const;
  const std::vector<Pair>& merges() const { return merges_; }

  /// Appends the ids of one word, which is not empty.
  void append_word(std::string_view word, std::vector<int32_t>& ids) const;
  /// The bytes that a spelling stands for. A spelling with other characters than
  /// byte_spelling's stands for its own bytes.
  std::string bytes_of(std::string_view spelling) const;

 private:
  struct Slot {
    uint32_t tag = 0;
    int32_t id = -1;
  };
  enum Whole : uint8_t { kUnknown, kWhole, kDivided };

  int32_t find_at(std::string_view spelling, uint64_t hash) const;
  void index_spellings(const std::string& source);
  void find_byte_symbols(const std::string& source);
  void index_merges(const std::string& source);
  int32_t whole_word(std::string_view word) const;
  void cut_word(std::string_view word, std::vector<int32_t>& ids) const;

  std::vector<std::string> spellings_;
  std::vector<Pair> merges_;
  MergeOrder order_;
  std::vector<Slot> slots_;
  size_t longest_spelling_ = 0;
  MergeTable table_;
  int32_t byte_symbols_[256] = {}, last_byte_symbols_[256] = {};
  /// For each id whether its spelling as a word is merged to it alone: found out
  /// when first asked for; threads that ask at once find the same.
  std::unique_ptr<std::atomic<uint8_t>[]> whole_;
};

}  // namespace tandem
