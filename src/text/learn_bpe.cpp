#include "text/learn_bpe.h"

#include <algorithm>
#include <queue>
#include <unordered_set>

#include "base/interrupt.h"

namespace tandem {
namespace {

uint64_t key_of(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

struct SpreadKey {
  size_t operator()(uint64_t key) const {
    key *= 0x9E3779B97F4A7C15u;  // neighbouring ids must not share a bucket's neighbourhood
    return key ^ key >> 32;
  }
};

/// A pair and how often it was there when it was put into the heap.
struct Candidate {
  int64_t count;
  uint64_t key;  // ordered as (left, right)

  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : key > other.key;
  }
};

/// Words as symbols, the count of each pair, and where it may be found. Counts are kept up to
/// date merge by merge; the heap holds old ones too, which are found out when they come up.
class MergeLearner {
 public:
  explicit MergeLearner(const std::unordered_map<std::string, int64_t>& words) {
    std::vector<int32_t> symbol_of(256);
    for (size_t i = 0; i < byte_order().size(); ++i) {
      symbol_of[byte_order()[i]] = static_cast<int32_t>(i);
      spellings_.push_back(byte_spelling(byte_order()[i]));
    }
    for (size_t i = 0; i < 256; ++i) spellings_.push_back(spellings_[i] + std::string(kEndOfWord));
    spelled_.insert(spellings_.begin(), spellings_.end());
    for (const auto& [word, count] : words) {
      if (word.size() < 2) continue;
      Word symbols{.count = count};
      for (const char c : word) symbols.ids.push_back(symbol_of[static_cast<uint8_t>(c)]);
      symbols.ids.back() += 256;
      words_.push_back(std::move(symbols));
    }
    for (size_t w = 0; w < words_.size(); ++w)
      count_pairs(w, 1, [](int32_t, int32_t) { return true; });
    for (const auto& [key, pair] : pairs_) heap_.push({pair.count, key});
  }

  std::vector<Vocabulary::Pair> learn(int64_t merges, int64_t least_count) {
    std::vector<Vocabulary::Pair> learned;
    while (static_cast<int64_t>(learned.size()) < merges && !heap_.empty()) {
      check_interrupt();
      const Candidate best = heap_.top();
      heap_.pop();
      const auto pair = pairs_.find(best.key);
      const int64_t count = pair == pairs_.end() ? 0 : pair->second.count;
      if (count < least_count) {
        if (best.count < least_count) break;  // whatever follows is rarer
        continue;
      }
      if (count != best.count) {
        heap_.push({count, best.key});
        continue;
      }
      const auto left = static_cast<int32_t>(best.key >> 32);
      const auto right = static_cast<int32_t>(best.key);
      const std::string joined = spellings_[left] + spellings_[right];
      if (!spelled_.insert(joined).second) continue;  // every merge is an id of its own
      learned.emplace_back(spellings_[left], spellings_[right]);
      spellings_.push_back(joined);
      merge(left, right);
    }
    return learned;
  }

 private:
  struct Word {
    std::vector<int32_t> ids;
    int64_t count = 0;
  };
  struct PairState {
    int64_t count = 0;
    std::vector<uint32_t> words;  // that hold it, or once did
  };

  /// Adds a word's pairs to the counts, `sign` times; those that are `new_here` get the word
  /// noted.
  template <class NewHere>
  void count_pairs(size_t w, int64_t sign, NewHere new_here) {
    const Word& word = words_[w];
    for (size_t i = 0; i + 1 < word.ids.size(); ++i) {
      PairState& pair = pairs_[key_of(word.ids[i], word.ids[i + 1])];
      pair.count += sign * word.count;
      if (sign < 0 || !new_here(word.ids[i], word.ids[i + 1])) continue;
      const auto index = static_cast<uint32_t>(w);
      if (pair.words.empty() || pair.words.back() != index) pair.words.push_back(index);
    }
  }

  /// Joins the pair wherever it is, from left to right.
  void merge(int32_t left, int32_t right) {
    const auto merged = static_cast<int32_t>(spellings_.size()) - 1;
    const std::vector<uint32_t> places = std::move(pairs_.at(key_of(left, right)).words);
    std::vector<uint64_t> arisen;
    for (const uint32_t w : places) {
      Word& word = words_[w];
      const auto holds = [&](size_t i) {
        return i + 1 < word.ids.size() && word.ids[i] == left && word.ids[i + 1] == right;
      };
      size_t first = 0;
      while (first + 1 < word.ids.size() && !holds(first)) ++first;
      if (!holds(first)) continue;
      const auto none = [](int32_t, int32_t) { return false; };
      count_pairs(w, -1, none);
      size_t kept = first;
      for (size_t i = first; i < word.ids.size(); ++kept) {
        const bool joins = holds(i);
        word.ids[kept] = joins ? merged : word.ids[i];
        i += joins ? 2 : 1;
      }
      word.ids.resize(kept);
      count_pairs(w, 1, [&](int32_t a, int32_t b) {
        if (a != merged && b != merged) return false;
        arisen.push_back(key_of(a, b));
        return true;
      });
    }
    pairs_.erase(key_of(left, right));
    std::sort(arisen.begin(), arisen.end());
    arisen.erase(std::unique(arisen.begin(), arisen.end()), arisen.end());
    for (const uint64_t key : arisen) heap_.push({pairs_.at(key).count, key});
  }

  std::vector<Word> words_;
  std::vector<std::string> spellings_;  // by id
  std::unordered_set<std::string> spelled_;
  std::unordered_map<uint64_t, PairState, SpreadKey> pairs_;
  std::priority_queue<Candidate> heap_;
};

}  // namespace

std::vector<Vocabulary::Pair> learn_merges(const std::unordered_map<std::string, int64_t>& words,
                                           int64_t merges, int64_t least_count) {
  return MergeLearner(words).learn(merges, least_count);
}

}  // namespace tandem
