#include "model/prompt_trie.h"

#include <utility>

namespace tandem {
namespace {

// A batch has far fewer than 2^32 rows, an id fewer than 2^32 values.
uint64_t key(int64_t parent, int32_t id) {
  return static_cast<uint64_t>(parent + 1) << 32 | static_cast<uint32_t>(id);
}

}  // namespace

int64_t PromptTrie::child(int64_t node, int32_t id) const {
  const auto found = children_.find(key(node, id));
  return found == children_.end() ? -1 : found->second;
}

void PromptTrie::add(std::span<const int32_t> ids) {
  int64_t node = -1;
  for (size_t position = 0; position < ids.size(); ++position) {
    int64_t next = child(node, ids[position]);
    if (next < 0) {
      next = nodes();
      children_.emplace(key(node, ids[position]), next);
      ids_.push_back(ids[position]);
      positions_.push_back(static_cast<int32_t>(position));
      parents_.push_back(node);
    }
    node = next;
  }
  ends_.push_back(node);
}

int64_t PromptTrie::new_nodes(std::span<const int32_t> ids) const {
  int64_t node = -1;
  for (size_t position = 0; position < ids.size(); ++position) {
    node = child(node, ids[position]);
    if (node < 0) return static_cast<int64_t>(ids.size() - position);
  }
  return 0;
}

TextBatch PromptTrie::batch() {
  TextBatch batch{.ids = std::move(ids_),
                  .positions = std::move(positions_),
                  .sequences = {.attends = Sequences::Attends::ancestors},
                  .pooled_rows = std::move(ends_)};
  batch.sequences.offsets.push_back(static_cast<int64_t>(batch.ids.size()));
  batch.sequences.parents = std::move(parents_);
  *this = PromptTrie();
  return batch;
}

}  // namespace tandem
