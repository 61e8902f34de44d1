// Which rows attention brings together, as indices into padded groups. Plain numbers:
// knows nothing of libtorch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/sequences.h"

namespace tandem::torch_backend {

/// A group is a sequence, or in a trie a path with some of its rows as queries:
/// a trie of n rows as one matrix would cost n^2. Slot i of group g has the index
/// g * (queries or keys) + i.
struct AttentionPlan {
  int64_t groups = 0;
  int64_t queries = 0;  ///< slots of a group, the most that any group has
  int64_t keys = 0;     ///< the same for keys

  std::vector<int64_t> query_rows;    ///< the row of q in each slot; empty: slot i holds row i
  std::vector<int64_t> key_rows;      ///< the same for k and v
  std::vector<int64_t> result_slots;  ///< the slot of each row of q; empty: row i is in slot i
  /// The last key that a query sees, one a slot, or one for each of `queries`
  /// where all groups are alike; empty: the last of all.
  std::vector<int64_t> last_key;
  std::vector<uint8_t> hidden;  ///< 1 for a key that no query sees; empty: none

  bool triangle = false;  ///< last_key is 0, 1, 2... for every key, and nothing is hidden
};

/// `query_rows` as in Backend::attention. Padding stands for some row that the queries
/// of its group do not see, so that every number stays finite.
AttentionPlan plan_attention(const Sequences& sequences, std::span<const int64_t> query_rows);

}  // namespace tandem::torch_backend
