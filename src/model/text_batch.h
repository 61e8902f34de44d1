// Padded token rows to the rows that a text tower must compute: the exact savings of
// packing and of the prompt trie.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/config.h"
#include "model/text_transformer.h"

namespace tandem {

/// Which rows are computed. All three give the same features.
enum class TextRows {
  padded,  ///< every position of every text: what the references compute
  packed,  ///< up to the pooled row: under causal attention nothing behind it is read
  trie,    ///< packed, and rows shared by texts with a common beginning
};

/// The most that this config allows: packed needs causal attention and a pooled
/// row that is not always the last; trie also that no row depends on what
/// follows it (CoCa's pad mask does).
TextRows best_rows(const TextTransformerConfig& config);

/// A batch for the tower. `padded` is [texts, context_length]. `rows` above
/// what best_rows() allows is lowered to it. Errors: bad_input for an id
/// outside the vocabulary.
TextBatch make_text_batch(std::span<const int32_t> padded, const TextTransformerConfig& config,
                          TextRows rows);

/// Error: bad_input for an id outside the vocabulary.
void check_ids(std::span<const int32_t> ids, const TextTransformerConfig& config);

/// Index of the position that is pooled in one padded row of ids.
int64_t pooled_position(std::span<const int32_t> ids, const TextTransformerConfig& config);

}  // namespace tandem
