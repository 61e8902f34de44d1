// Attention: one task per head of a sequence, or of a part of its queries.
#include <algorithm>
#include <mutex>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "base/thread_pool.h"

namespace tandem::cpu {
namespace {

using Tensor = Backend::Tensor;

// Queries of a task: enough to pay for the packing of a sequence's keys and values.
constexpr int64_t kQueriesOfATask = 192;
// A trie's rows share no packing from task to task.
constexpr int64_t kTrieRowsOfATask = 64;

// Consecutive queries of one sequence: rows [begin, end) of q.
struct QueryRun {
  int64_t sequence = 0;
  int64_t begin = 0, end = 0;
};

std::vector<QueryRun> query_runs(const Sequences& sequences, std::span<const int64_t> query_rows,
                                 int64_t longest) {
  std::vector<QueryRun> runs;
  for (int64_t s = 0; query_rows.empty() && s < sequences.count(); ++s)
    for (int64_t begin = sequences.offsets[s]; begin < sequences.offsets[s + 1]; begin += longest)
      runs.push_back({s, begin, std::min(begin + longest, sequences.offsets[s + 1])});
  for (int64_t i = 0; i < static_cast<int64_t>(query_rows.size()); ++i) {
    if (!runs.empty() && i - runs.back().begin < longest) {
      const int64_t s = runs.back().sequence;
      if (query_rows[i] >= sequences.offsets[s] && query_rows[i] < sequences.offsets[s + 1]) {
        runs.back().end = i + 1;
        continue;
      }
    }
    const auto after =
        std::upper_bound(sequences.offsets.begin(), sequences.offsets.end(), query_rows[i]);
    runs.push_back({after - sequences.offsets.begin() - 1, i, i + 1});
  }
  return runs;
}

// Scratch for as many tasks as run at once. A task beyond that (the number of threads was
// raised meanwhile) brings its own.
class ScratchSlots {
 public:
  ScratchSlots(Workspace& workspace, int64_t slots, int64_t size)
      : buffer_(workspace.take(slots * size)), size_(size) {
    for (int64_t i = 0; i < slots; ++i) free_.push_back(buffer_.data() + i * size);
  }

  template <class Body>
  void with(Body body) {
    float* slot = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        slot = free_.back();
        free_.pop_back();
      }
    }
    if (slot == nullptr) {
      Floats own(size_);
      return body(own.data());
    }
    body(slot);
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

 private:
  Buffer buffer_;
  int64_t size_;
  std::mutex mutex_;
  std::vector<float*> free_;
};

// Row i of q stands at this row of the sequences.
int64_t place(std::span<const int64_t> query_rows, int64_t i) {
  return query_rows.empty() ? i : query_rows[i];
}

std::vector<int64_t> depths_of(const Sequences& sequences) {
  std::vector<int64_t> depths(static_cast<size_t>(sequences.rows()));
  for (size_t row = 0; row < depths.size(); ++row) {
    const int64_t parent = sequences.parents[row];
    depths[row] = parent < 0 ? 0 : depths[parent] + 1;
  }
  return depths;
}

}  // namespace

Tensor Backend::attention(const Tensor& q, const Tensor& k, const Tensor& v,
                          const AttentionShape& shape, const Sequences& sequences,
                          std::span<const int64_t> query_rows) {
  Tensor y = tensor(q.rows, q.width);
  const bool trie = sequences.attends == Sequences::Attends::ancestors;
  const bool causal = sequences.attends == Sequences::Attends::before;
  const auto runs = query_runs(sequences, query_rows, trie ? kTrieRowsOfATask : kQueriesOfATask);
  const int64_t head_width = q.width / shape.heads;

  // Trie: the depth and the place of every row. Causal: how many keys each query sees.
  const std::vector<int64_t> depths = trie ? depths_of(sequences) : std::vector<int64_t>();
  std::vector<int64_t> places(static_cast<size_t>(trie || causal ? q.rows : 0));
  int64_t most_keys = 0;
  for (const auto& run : runs)
    for (int64_t i = run.begin; i < run.end; ++i) {
      const int64_t row = place(query_rows, i), first = sequences.offsets[run.sequence];
      int64_t keys = sequences.offsets[run.sequence + 1] - first;
      if (causal) keys = places[i] = row - first + 1;
      if (trie) keys = depths[places[i] = row] + 1;
      most_keys = std::max(most_keys, keys);
    }

  const auto tasks = static_cast<int64_t>(runs.size()) * shape.heads;
  ScratchSlots scratch(*workspace_, std::min<int64_t>(thread_count(), tasks),
                       kernels_.attention_scratch(most_keys, head_width));
  parallel_for(tasks, [&](int64_t task) {
    const QueryRun& run = runs[task / shape.heads];
    const int64_t column = task % shape.heads * head_width;
    const int64_t first = trie ? 0 : sequences.offsets[run.sequence];
    Head head{.q = q.row(run.begin) + column,
              .k = k.row(first) + column,
              .v = v.row(first) + column,
              .y = y.row(run.begin) + column,
              .q_stride = q.stride,
              .k_stride = k.stride,
              .v_stride = v.stride,
              .y_stride = y.stride,
              .queries = run.end - run.begin,
              .width = head_width,
              .scale = static_cast<float>(shape.scale),
              .hidden = sequences.hidden.empty() ? nullptr : sequences.hidden.data() + first};
    const auto begin = places.begin() + (places.empty() ? 0 : run.begin);
    if (trie) {
      for (auto at = begin; at != begin + head.queries; ++at)
        head.keys = std::max(head.keys, depths[*at] + 1);
      std::vector<int64_t> path(static_cast<size_t>(head.keys));
      std::vector<uint8_t> hidden(static_cast<size_t>(head.keys));
      const TrieHead part{head,          &*begin,     sequences.parents.data(),
                          depths.data(), path.data(), hidden.data()};
      scratch.with([&](float* memory) { kernels_.attend_trie(part, memory); });
      return;
    }
    head.keys = sequences.offsets[run.sequence + 1] - first;
    if (causal) {
      head.visible = &*begin;
      head.keys = *std::max_element(begin, begin + head.queries);
    }
    scratch.with([&](float* memory) { kernels_.attend(head, memory); });
  });
  return y;
}

}  // namespace tandem::cpu
