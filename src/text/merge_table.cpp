#include "text/merge_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>

namespace tandem {
namespace {

constexpr size_t kLongWord = 100;  // above it the queue beats scanning

/// Scans for the best pair again and again: quadratic, and best for short words.
void merge_by_scanning(const MergeTable& table, MergeOrder order, std::vector<int32_t>& symbols) {
  while (symbols.size() > 1) {
    MergeTable::Found best{MergeTable::kNoRank, 0};
    size_t place = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const MergeTable::Found found = table.find(symbols[i], symbols[i + 1]);
      if (found.rank < best.rank) {
        best = found;
        place = i;
      }
    }
    if (best.rank == MergeTable::kNoRank) return;
    const int32_t left = symbols[place], right = symbols[place + 1];
    size_t kept = place;
    for (size_t i = place; i < symbols.size(); ++i) {
      const bool here = i == place || order == MergeOrder::all_of_a_rank;
      if (here && i + 1 < symbols.size() && symbols[i] == left && symbols[i + 1] == right) {
        symbols[kept++] = best.merged;
        ++i;
      } else {
        symbols[kept++] = symbols[i];
      }
    }
    symbols.resize(kept);
  }
}

/// A linked list of symbols, and for each rank the places where it may apply.
class MergeQueue {
 public:
  MergeQueue(const MergeTable& table, std::vector<int32_t>& symbols)
      : table_(table), symbols_(symbols), next_(symbols.size()), previous_(symbols.size()) {
    for (uint32_t i = 0; i < symbols.size(); ++i) {
      next_[i] = i + 1;
      previous_[i] = i == 0 ? kNone : i - 1;
    }
    for (uint32_t i = 0; i + 1 < symbols.size(); ++i) add(i);
  }

  void run(MergeOrder order) {
    while (!places_.empty()) {
      const auto lowest = places_.begin();
      const uint32_t rank = lowest->first;
      if (order == MergeOrder::all_of_a_rank) {
        std::vector<uint32_t> all = std::move(lowest->second);
        places_.erase(lowest);
        std::sort(all.begin(), all.end());
        for (const uint32_t place : all) merge(place, rank);
      } else {
        std::vector<uint32_t>& heap = lowest->second;
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        const uint32_t place = heap.back();
        heap.pop_back();
        if (heap.empty()) places_.erase(lowest);
        merge(place, rank);
      }
    }
    compact();
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr int32_t kGone = -1;

  MergeTable::Found find(uint32_t place) const {
    if (symbols_[place] == kGone || next_[place] == symbols_.size())
      return {MergeTable::kNoRank, 0};
    return table_.find(symbols_[place], symbols_[next_[place]]);
  }

  void add(uint32_t place) {
    const MergeTable::Found found = find(place);
    if (found.rank == MergeTable::kNoRank) return;
    std::vector<uint32_t>& heap = places_[found.rank];
    heap.push_back(place);
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  }

  /// Merges at `place` if the pair there is still one of this rank.
  void merge(uint32_t place, uint32_t rank) {
    const MergeTable::Found found = find(place);
    if (found.rank != rank) return;
    const uint32_t right = next_[place];
    symbols_[place] = found.merged;
    symbols_[right] = kGone;
    next_[place] = next_[right];
    if (next_[place] != symbols_.size()) previous_[next_[place]] = place;
    if (previous_[place] != kNone) add(previous_[place]);
    add(place);
  }

  void compact() { std::erase(symbols_, kGone); }

  const MergeTable& table_;
  std::vector<int32_t>& symbols_;
  std::vector<uint32_t> next_, previous_;
  std::map<uint32_t, std::vector<uint32_t>> places_;  ///< by rank; each a heap, leftmost first
};

}  // namespace

MergeTable::MergeTable(std::span<const Merge> merges) {
  const size_t size = std::bit_ceil(std::max<size_t>(merges.size() * 2, 2));
  slots_.resize(size);
  mask_ = size - 1;
  shift_ = 64 - std::countr_zero(size);
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const uint64_t key = key_of(merges[rank].left, merges[rank].right);
    size_t i = slot_of(key);
    while (slots_[i].key != kEmpty && slots_[i].key != key) i = (i + 1) & mask_;
    slots_[i] = {key, static_cast<uint32_t>(rank), merges[rank].merged};
  }
}

void apply_merges(const MergeTable& table, MergeOrder order, std::vector<int32_t>& symbols) {
  if (symbols.size() < kLongWord)
    merge_by_scanning(table, order, symbols);
  else
    MergeQueue(table, symbols).run(order);
}

}  // namespace tandem
