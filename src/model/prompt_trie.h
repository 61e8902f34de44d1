// Prompts that begin alike share rows: under causal attention a row depends on what
// comes before it alone.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "model/text_transformer.h"

namespace tandem {

/// Collects texts (each up to its pooled row) and lays them out as one tree:
/// 80 templates x 1000 class names of ImageNet are 6.16 million padded
/// positions and a third of a million nodes.
class PromptTrie {
 public:
  /// Adds a text of at least one id; texts may be equal.
  void add(std::span<const int32_t> ids);

  int64_t nodes() const { return static_cast<int64_t>(ids_.size()); }
  /// Rows that adding this text would bring.
  int64_t new_nodes(std::span<const int32_t> ids) const;

  /// The rows, a text's pooled row in the order of add(); empties the trie.
  TextBatch batch();

 private:
  int64_t child(int64_t node, int32_t id) const;

  std::vector<int32_t> ids_, positions_;
  std::vector<int64_t> parents_;
  std::unordered_map<uint64_t, int64_t> children_;  // (parent + 1, id) to node
  std::vector<int64_t> ends_;
};

}  // namespace tandem
