// Which rows of an activation matrix belong together, and what a row may attend to.
#pragma once

#include <cstdint>
#include <vector>

namespace tandem {

/// Padded, packed and trie-shaped texts, and batches of pictures, differ in this
/// value alone. Row r of sequence s is in [offsets[s], offsets[s + 1]).
struct Sequences {
  enum class Attends {
    all,        ///< every row of its sequence
    before,     ///< the rows of its sequence up to and with itself (causal)
    ancestors,  ///< itself, its parent, its parent's parent... (a trie)
  };

  Attends attends = Attends::all;
  std::vector<int64_t> offsets = {0};
  /// ancestors only: each row's parent (an earlier row of its sequence), -1 for a root.
  std::vector<int64_t> parents{};
  /// Empty, or one per row: 1 where no row may attend to this one (pad masks).
  std::vector<uint8_t> hidden{};

  int64_t count() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t rows() const { return offsets.back(); }

  /// `count` sequences of `length` rows each.
  static Sequences uniform(int64_t count, int64_t length, Attends attends) {
    Sequences sequences{.attends = attends};
    for (int64_t s = 1; s <= count; ++s) sequences.offsets.push_back(s * length);
    return sequences;
  }
};

}  // namespace tandem
