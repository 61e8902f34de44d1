#include "model/text_batch.h"

#include <algorithm>

#include "base/fail.h"
#include "model/prompt_trie.h"

namespace tandem {
namespace {

// One text as all its rows: ids (with the class row), which are hidden, which is pooled.
struct Rows {
  std::vector<int32_t> ids;
  std::vector<uint8_t> hidden;  // empty: none
  int64_t pooled = 0;
};

Rows all_rows(std::span<const int32_t> ids, const TextTransformerConfig& config) {
  Rows rows{.ids = {ids.begin(), ids.end()}};
  if (!config.class_row) {
    rows.pooled = pooled_position(ids, config);
    return rows;
  }
  // CoCa's published weights shift the pad mask by one: row k is hidden where
  // token k - 1 is padding, the class row included, and row 0 never is.
  rows.ids.push_back(-1);
  rows.hidden.push_back(0);
  for (const int32_t id : ids) rows.hidden.push_back(id == config.pad_id);
  rows.pooled = static_cast<int64_t>(ids.size());
  return rows;
}

void append(TextBatch& batch, const Rows& rows, bool packed) {
  auto& sequences = batch.sequences;
  for (int64_t row = 0; row < static_cast<int64_t>(rows.ids.size()); ++row) {
    const bool is_pooled = row == rows.pooled;
    const bool is_hidden = !rows.hidden.empty() && rows.hidden[row] != 0;
    // Nobody reads a hidden row, nor one behind the pooled row.
    if (packed && !is_pooled && (is_hidden || row > rows.pooled)) continue;
    if (is_pooled) batch.pooled_rows.push_back(static_cast<int64_t>(batch.ids.size()));
    batch.ids.push_back(rows.ids[row]);
    batch.positions.push_back(static_cast<int32_t>(row));
    if (!rows.hidden.empty()) sequences.hidden.push_back(is_hidden);
  }
  sequences.offsets.push_back(static_cast<int64_t>(batch.ids.size()));
}

}  // namespace

TextRows best_rows(const TextTransformerConfig& config) {
  if (!config.causal) return TextRows::padded;
  return config.class_row ? TextRows::packed : TextRows::trie;
}

void check_ids(std::span<const int32_t> ids, const TextTransformerConfig& config) {
  for (const int32_t id : ids)
    if (id < 0 || id >= config.vocab_size)
      fail(ErrorKind::bad_input,
           "the token id {} is outside the model's vocabulary of {}; use the model's own tokenizer",
           id, config.vocab_size);
}

int64_t pooled_position(std::span<const int32_t> ids, const TextTransformerConfig& config) {
  switch (config.pool) {
    case TextPool::argmax: return std::max_element(ids.begin(), ids.end()) - ids.begin();
    case TextPool::eos: {
      const auto found = std::find(ids.begin(), ids.end(), config.eos_id);
      return found == ids.end() ? 0 : found - ids.begin();
    }
    case TextPool::first: return 0;
    case TextPool::last: return static_cast<int64_t>(ids.size()) - 1;
  }
  return 0;
}

TextBatch make_text_batch(std::span<const int32_t> padded, const TextTransformerConfig& config,
                          TextRows rows) {
  check_ids(padded, config);
  const auto length = static_cast<size_t>(config.context_length);
  rows = std::min(rows, best_rows(config));
  if (rows == TextRows::trie) {
    PromptTrie trie;
    for (size_t begin = 0; begin < padded.size(); begin += length) {
      const auto ids = padded.subspan(begin, length);
      trie.add(ids.first(static_cast<size_t>(pooled_position(ids, config)) + 1));
    }
    return trie.batch();
  }
  TextBatch batch;
  batch.sequences.attends = config.causal ? Sequences::Attends::before : Sequences::Attends::all;
  for (size_t begin = 0; begin < padded.size(); begin += length)
    append(batch, all_rows(padded.subspan(begin, length), config), rows == TextRows::packed);
  return batch;
}

}  // namespace tandem
