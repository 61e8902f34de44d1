// The text tower, written once for every backend (CLIP paper section 2.4; encode_text
// of openai/CLIP, TextTransformer of open_clip).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/transformer.h"

namespace tandem {

/// Texts as rows: padded, packed to their own length, or a trie of prompts.
struct TextBatch {
  std::vector<int32_t> ids;        ///< one a row; -1 is CoCa's class row
  std::vector<int32_t> positions;  ///< one a row, 0 to context_length
  Sequences sequences;
  std::vector<int64_t> pooled_rows;  ///< one a text: the row that becomes its feature
};

template <class B>
struct TextTransformer {
  TextTransformerConfig config;
  typename B::Table token_embedding;
  typename B::Table positional_embedding;
  std::optional<typename B::Vector> cls_emb;
  Transformer<B> transformer;
  typename B::LayerNorm ln_final;
  std::optional<typename B::Linear> text_projection;
};

template <class B>
TextTransformer<B> prepare_text_transformer(B& b, const TensorStore& weights,
                                            const TextTransformerConfig& config) {
  TextTransformer<B> tower{
      .config = config,
      .token_embedding = b.table(weight(weights, "token_embedding.weight")),
      .positional_embedding = b.table(weight(weights, "positional_embedding")),
      .transformer = prepare_transformer(b, weights, "transformer.", config.transformer, true),
      .ln_final = prepare_layer_norm(b, weights, "ln_final", config.transformer.layer_norm_eps)};
  if (config.class_row) tower.cls_emb = b.vector(weight(weights, "cls_emb"));
  if (config.projection == TextProjection::matrix)
    tower.text_projection =
        b.linear_weights({.weight = weight(weights, "text_projection"), .transposed = true});
  if (config.projection == TextProjection::linear)
    tower.text_projection = prepare_linear(b, weights, "text_projection");
  return tower;
}

/// Features [texts, embed_dim], before normalisation. `prune`: the last block for the
/// pooled rows alone. Taps: text.embed, text.block.N, text.ln_final (not with a class
/// row), text.pooled; a listener must bring padded texts.
template <class B>
typename B::Tensor forward(B& b, const TextTransformer<B>& tower, const TextBatch& batch,
                           bool prune = true) {
  const auto& config = tower.config;
  auto x = b.token_embedding(batch.ids, tower.token_embedding,
                             tower.cls_emb ? &*tower.cls_emb : nullptr);
  x = b.add_positions(std::move(x), tower.positional_embedding, batch.positions);
  tap(b, x, "text.embed");

  const bool pruned = prune && !b.listening();
  x = forward(b, tower.transformer, std::move(x), batch.sequences,
              pruned ? std::span<const int64_t>(batch.pooled_rows) : std::span<const int64_t>(),
              "text");
  if (!pruned && !config.class_row) {  // with a class row the norm follows the pooling
    x = b.layer_norm(x, tower.ln_final);
    tap(b, x, "text.ln_final");
    x = b.gather_rows(x, batch.pooled_rows);
  } else {
    if (!pruned) x = b.gather_rows(x, batch.pooled_rows);
    x = b.layer_norm(x, tower.ln_final);
  }
  tap(b, x, "text.pooled");
  return tower.text_projection ? b.linear(x, *tower.text_projection, {}) : std::move(x);
}

}  // namespace tandem
