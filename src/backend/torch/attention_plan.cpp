#include "backend/torch/attention_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace tandem::torch_backend {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

int64_t longest(const Lists& lists) {
  size_t length = 0;
  for (const auto& list : lists) length = std::max(length, list.size());
  return static_cast<int64_t>(length);
}

bool is_hidden(const Sequences& sequences, int64_t row) {
  return !sequences.hidden.empty() && sequences.hidden[row] != 0;
}

// Keys are the rows of each sequence; nothing moves where all are of one length.
void set_sequence_keys(AttentionPlan& plan, const Sequences& sequences) {
  const auto length = [&](int64_t s) { return sequences.offsets[s + 1] - sequences.offsets[s]; };
  bool uniform = true;
  for (int64_t s = 0; s < plan.groups; ++s) {
    plan.keys = std::max(plan.keys, length(s));
    uniform = uniform && length(s) == length(0);
  }
  // Under Attends::before a query's own last key stands before the padding.
  const bool padding_seen = !uniform && sequences.attends == Sequences::Attends::all;
  const bool any_hidden = padding_seen || !sequences.hidden.empty();
  for (int64_t s = 0; s < plan.groups; ++s)
    for (int64_t key = 0; key < plan.keys; ++key) {
      const bool padding = key >= length(s);
      const int64_t row = !padding    ? sequences.offsets[s] + key
                          : length(s) ? sequences.offsets[s]
                                      : 0;
      if (!uniform) plan.key_rows.push_back(row);
      if (any_hidden) plan.hidden.push_back(padding || is_hidden(sequences, row));
    }
}

// Every row asks: queries stand where keys do.
void set_all_queries(AttentionPlan& plan, const Sequences& sequences) {
  plan.queries = plan.keys;
  plan.query_rows = plan.key_rows;
  if (!plan.key_rows.empty())
    for (int64_t s = 0; s < plan.groups; ++s)
      for (int64_t row = sequences.offsets[s]; row < sequences.offsets[s + 1]; ++row)
        plan.result_slots.push_back(s * plan.queries + row - sequences.offsets[s]);
  if (sequences.attends == Sequences::Attends::before) {
    plan.last_key.resize(static_cast<size_t>(plan.queries));
    std::iota(plan.last_key.begin(), plan.last_key.end(), 0);
    plan.triangle = plan.hidden.empty();
  }
}

// The queries of each group, padded. `last_key` of a query, or null where it sees all.
void set_queries(AttentionPlan& plan, const Lists& queries_of_group,
                 const std::function<int64_t(int64_t query)>& last_key) {
  plan.queries = longest(queries_of_group);
  size_t count = 0;
  for (const auto& queries : queries_of_group) count += queries.size();
  plan.result_slots.resize(count);
  bool in_place = true;  // usually one query a sequence, in order
  for (const auto& queries : queries_of_group)
    for (int64_t slot = 0; slot < plan.queries; ++slot) {
      const bool padding = slot >= static_cast<int64_t>(queries.size());
      const int64_t query = padding ? 0 : queries[slot];
      const auto place = static_cast<int64_t>(plan.query_rows.size());
      in_place = in_place && !padding && query == place;
      if (!padding) plan.result_slots[query] = place;
      plan.query_rows.push_back(query);
      if (last_key) plan.last_key.push_back(padding ? 0 : last_key(query));
    }
  if (in_place) {
    plan.query_rows.clear();
    plan.result_slots.clear();
  }
}

AttentionPlan plan_sequences(const Sequences& sequences, std::span<const int64_t> query_rows) {
  AttentionPlan plan{.groups = sequences.count()};
  set_sequence_keys(plan, sequences);
  if (query_rows.empty()) {
    set_all_queries(plan, sequences);
    return plan;
  }
  Lists queries_of_group(static_cast<size_t>(plan.groups));
  std::vector<int64_t> position;
  for (size_t i = 0; i < query_rows.size(); ++i) {
    const auto after =
        std::upper_bound(sequences.offsets.begin(), sequences.offsets.end(), query_rows[i]);
    position.push_back(query_rows[i] - *(after - 1));
    queries_of_group[after - sequences.offsets.begin() - 1].push_back(static_cast<int64_t>(i));
  }
  if (sequences.attends == Sequences::Attends::before)
    set_queries(plan, queries_of_group, [&](int64_t query) { return position[query]; });
  else
    set_queries(plan, queries_of_group, {});
  return plan;
}

// Every row once, as part of a path from a leaf upwards: each leaf takes the
// rows above it that no other has taken, in runs of about equal length.
Lists runs_of_rows(const std::vector<int64_t>& parents) {
  std::vector<uint8_t> has_child(parents.size()), taken(parents.size());
  for (const int64_t parent : parents)
    if (parent >= 0) has_child[parent] = 1;
  const auto leaves = static_cast<size_t>(std::count(has_child.begin(), has_child.end(), 0));
  const size_t length = leaves ? (parents.size() + leaves - 1) / leaves : 0;
  Lists runs;
  for (auto leaf = static_cast<int64_t>(parents.size()) - 1; leaf >= 0; --leaf) {
    if (has_child[leaf]) continue;
    runs.emplace_back();
    for (int64_t row = leaf; row >= 0 && !taken[row]; row = parents[row]) {
      if (runs.back().size() == length) runs.emplace_back();
      runs.back().push_back(row);
      taken[row] = 1;
    }
  }
  return runs;
}

AttentionPlan plan_trie(const Sequences& sequences, std::span<const int64_t> query_rows) {
  const auto& parents = sequences.parents;
  Lists queries_of_group;  // the lowest of a path first
  if (query_rows.empty())
    queries_of_group = runs_of_rows(parents);
  else
    for (size_t i = 0; i < query_rows.size(); ++i)
      queries_of_group.push_back({static_cast<int64_t>(i)});
  const auto row_of = [&](int64_t query) { return query_rows.empty() ? query : query_rows[query]; };

  AttentionPlan plan{.groups = static_cast<int64_t>(queries_of_group.size())};
  Lists paths;  // visible rows, from the root down
  for (const auto& queries : queries_of_group) {
    auto& path = paths.emplace_back();
    for (int64_t row = row_of(queries[0]); row >= 0; row = parents[row])
      if (!is_hidden(sequences, row)) path.push_back(row);
    std::reverse(path.begin(), path.end());
  }
  plan.keys = longest(paths);
  for (const auto& path : paths)
    for (int64_t key = 0; key < plan.keys; ++key)
      plan.key_rows.push_back(key < static_cast<int64_t>(path.size()) ? path[key] : 0);

  std::vector<int64_t> visible(parents.size());  // rows on the path to this one
  for (size_t row = 0; row < parents.size(); ++row)
    visible[row] = (parents[row] < 0 ? 0 : visible[parents[row]]) +
                   !is_hidden(sequences, static_cast<int64_t>(row));
  set_queries(plan, queries_of_group, [&](int64_t query) { return visible[row_of(query)] - 1; });
  return plan;
}

}  // namespace

AttentionPlan plan_attention(const Sequences& sequences, std::span<const int64_t> query_rows) {
  return sequences.attends == Sequences::Attends::ancestors ? plan_trie(sequences, query_rows)
                                                            : plan_sequences(sequences, query_rows);
}

}  // namespace tandem::torch_backend
