#include "backend/torch/attention_plan.h"

#include <algorithm>
#include <numeric>

namespace tandem::torch_backend {
namespace {

bool is_hidden(const Sequences& sequences, int64_t row) {
  return !sequences.hidden.empty() && sequences.hidden[row] != 0;
}

// Lists of keys of unequal length, padded.
void set_keys(AttentionPlan& plan, const std::vector<std::vector<int64_t>>& rows_of_group) {
  for (const auto& rows : rows_of_group)
    plan.keys = std::max(plan.keys, static_cast<int64_t>(rows.size()));
  plan.hidden.resize(static_cast<size_t>(plan.groups * plan.keys));
  for (const auto& rows : rows_of_group)
    for (int64_t key = 0; key < plan.keys; ++key) {
      const bool padding = key >= static_cast<int64_t>(rows.size());
      plan.hidden[plan.key_rows.size()] = padding;
      plan.key_rows.push_back(!padding ? rows[key] : rows.empty() ? 0 : rows[0]);
    }
}

AttentionPlan plan_paths(const Sequences& sequences, std::span<const int64_t> query_rows) {
  AttentionPlan plan{.queries = 1};
  plan.groups = query_rows.empty() ? sequences.rows() : static_cast<int64_t>(query_rows.size());
  std::vector<std::vector<int64_t>> paths(static_cast<size_t>(plan.groups));
  for (int64_t i = 0; i < plan.groups; ++i)
    for (int64_t row = query_rows.empty() ? i : query_rows[i]; row >= 0;
         row = sequences.parents[row])
      if (!is_hidden(sequences, row)) paths[i].push_back(row);
  set_keys(plan, paths);
  return plan;
}

// Keys are the rows of each sequence; nothing moves where all are of one length.
void set_sequence_keys(AttentionPlan& plan, const Sequences& sequences) {
  const auto length = [&](int64_t s) { return sequences.offsets[s + 1] - sequences.offsets[s]; };
  bool uniform = true;
  for (int64_t s = 0; s < plan.groups; ++s) {
    plan.keys = std::max(plan.keys, length(s));
    uniform = uniform && length(s) == length(0);
  }
  // A query's own last key stands before the padding.
  const bool padding_seen = !uniform && sequences.attends == Sequences::Attends::all;
  const bool any_hidden = padding_seen || !sequences.hidden.empty();
  for (int64_t s = 0; s < plan.groups; ++s)
    for (int64_t key = 0; key < plan.keys; ++key) {
      const bool padding = key >= length(s);
      const int64_t row =
          padding ? (length(s) == 0 ? 0 : sequences.offsets[s]) : sequences.offsets[s] + key;
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

void set_queries(AttentionPlan& plan, const Sequences& sequences,
                 std::span<const int64_t> query_rows) {
  std::vector<std::vector<int64_t>> of_group(static_cast<size_t>(plan.groups));
  std::vector<int64_t> group_of;
  for (size_t i = 0; i < query_rows.size(); ++i) {
    const auto after =
        std::upper_bound(sequences.offsets.begin(), sequences.offsets.end(), query_rows[i]);
    group_of.push_back(after - sequences.offsets.begin() - 1);
    of_group[group_of.back()].push_back(static_cast<int64_t>(i));
  }
  for (const auto& queries : of_group)
    plan.queries = std::max(plan.queries, static_cast<int64_t>(queries.size()));

  plan.result_slots.resize(query_rows.size());
  const bool causal = sequences.attends == Sequences::Attends::before;
  for (int64_t s = 0; s < plan.groups; ++s)
    for (int64_t slot = 0; slot < plan.queries; ++slot) {
      const bool padding = slot >= static_cast<int64_t>(of_group[s].size());
      const int64_t query = padding ? 0 : of_group[s][slot];
      if (!padding) plan.result_slots[query] = static_cast<int64_t>(plan.query_rows.size());
      plan.query_rows.push_back(query);
      if (causal) plan.last_key.push_back(padding ? 0 : query_rows[query] - sequences.offsets[s]);
    }
  // Usually one query a sequence, in order: then no row has to move.
  const auto in_order = [](const std::vector<int64_t>& rows) {
    for (size_t i = 0; i < rows.size(); ++i)
      if (rows[i] != static_cast<int64_t>(i)) return false;
    return true;
  };
  if (plan.query_rows.size() == query_rows.size() && in_order(plan.query_rows)) {
    plan.query_rows.clear();
    plan.result_slots.clear();
  }
}

}  // namespace

AttentionPlan plan_attention(const Sequences& sequences, std::span<const int64_t> query_rows) {
  if (sequences.attends == Sequences::Attends::ancestors) return plan_paths(sequences, query_rows);
  AttentionPlan plan{.groups = sequences.count()};
  set_sequence_keys(plan, sequences);
  if (query_rows.empty())
    set_all_queries(plan, sequences);
  else
    set_queries(plan, sequences, query_rows);
  return plan;
}

}  // namespace tandem::torch_backend
