// Byte-pair merges: which two symbols become which, and in what order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// Symbols `left` and `right`, side by side, become `merged`.
struct Merge {
  int32_t left, right, merged;
};

/// Whose order of merging: it matters only where a merge makes a pair of a lower
/// rank than its own, which a trained vocabulary hardly ever has.
enum class MergeOrder {
  all_of_a_rank,  ///< openai/CLIP: the best pair everywhere, then the next best
  one_at_a_time,  ///< Hugging Face's tokenizers: the best pair that is leftmost
};

/// Merges by pair. The rank of a merge is its place in the list; of a pair that
/// is there twice the later place counts, as in both references.
class MergeTable {
 public:
  struct Found {
    uint32_t rank;
    int32_t merged;
  };
  static constexpr uint32_t kNoRank = UINT32_MAX;

  MergeTable() = default;
  explicit MergeTable(std::span<const Merge> merges);

  /// rank kNoRank where the pair does not merge.
  Found find(int32_t left, int32_t right) const {
    if (slots_.empty()) return {kNoRank, 0};
    const uint64_t key = key_of(left, right);
    for (size_t i = slot_of(key);; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.key == key) return {slot.rank, slot.merged};
      if (slot.key == kEmpty) return {kNoRank, 0};
    }
  }

 private:
  struct Slot {
    uint64_t key = kEmpty;
    uint32_t rank = 0;
    int32_t merged = 0;
  };
  static constexpr uint64_t kEmpty = UINT64_MAX;

  static uint64_t key_of(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  size_t slot_of(uint64_t key) const { return key * 0x9E3779B97F4A7C15u >> shift_; }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  int shift_ = 64;
};

/// Merges `symbols` in place until no pair merges. About n log n in their number.
void apply_merges(const MergeTable& table, MergeOrder order, std::vector<int32_t>& symbols);

}  // namespace tandem
