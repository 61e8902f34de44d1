// The ViT picture tower, written once for every backend (CLIP paper section 2.4;
// VisionTransformer of openai/CLIP and open_clip).
#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/transformer.h"

namespace tandem {

/// CoCa's pooler: learned queries attend to all rows (open_clip's AttentionalPooler).
template <class B>
struct AttentionalPooler {
  typename B::Table query;
  typename B::LayerNorm ln_q, ln_k;
  typename B::Linear q, k, v, out_proj;
};

template <class B>
struct VisionTransformer {
  VisionTransformerConfig config;
  int embed_dim = 0;
  typename B::PatchEmbedding conv1;
  typename B::Vector class_embedding;
  typename B::Table positional_embedding;
  std::optional<typename B::LayerNorm> ln_pre;
  Transformer<B> transformer;
  std::optional<AttentionalPooler<B>> attn_pool;
  typename B::LayerNorm ln_post;
  typename B::Linear proj;
};

/// How a batch goes through the tower; inference takes the defaults.
struct VisionPass {
  /// The last block for the class token alone, where nothing else is read.
  bool prune = true;
  /// Patch dropout (FLIP, arXiv 2212.00794), in training: the rows of the batch that go on once
  /// positions are added, as many of each picture, its class token first. Empty: all.
  std::span<const int64_t> kept_rows{};
};

/// The class token alone is read after the last block.
inline bool pools_one_row(const VisionTransformerConfig& config) {
  return !config.attentional_pool && config.pool == ImagePool::class_token;
}

template <class B>
AttentionalPooler<B> prepare_pooler(B& b, const TensorStore& weights, int64_t width, int64_t dim) {
  const std::string prefix = "visual.attn_pool.";
  // The pooler's norms keep LayerNorm's default epsilon whatever norm_kwargs says.
  constexpr double kEps = 1e-5;
  const auto in_bias = weight(weights, prefix + "attn.in_proj_bias");
  const auto projection = [&](const char* name, int64_t part) {
    const auto matrix = width == dim
                            ? rows(weight(weights, prefix + "attn.in_proj_weight"), part * dim, dim)
                            : weight(weights, prefix + "attn." + name);
    return b.linear_weights({matrix, rows(in_bias, part * dim, dim)});
  };
  return {.query = b.table(weight(weights, prefix + "query")),
          .ln_q = prepare_layer_norm(b, weights, prefix + "ln_q", kEps),
          .ln_k = prepare_layer_norm(b, weights, prefix + "ln_k", kEps),
          .q = projection("q_proj_weight", 0),
          .k = projection("k_proj_weight", 1),
          .v = projection("v_proj_weight", 2),
          .out_proj = prepare_linear(b, weights, prefix + "attn.out_proj")};
}

template <class B>
VisionTransformer<B> prepare_vision_transformer(B& b, const TensorStore& weights,
                                                const VisionTransformerConfig& config,
                                                int embed_dim) {
  const double eps = config.transformer.layer_norm_eps;
  VisionTransformer<B> tower{
      .config = config,
      .embed_dim = embed_dim,
      .conv1 = b.patch_embedding_weights(weight(weights, "visual.conv1.weight")),
      .class_embedding = b.vector(weight(weights, "visual.class_embedding")),
      .positional_embedding = b.table(weight(weights, "visual.positional_embedding")),
      .transformer = prepare_transformer(b, weights, "visual.transformer.", config.transformer,
                                         pools_one_row(config)),
      .ln_post = prepare_layer_norm(b, weights, "visual.ln_post", eps),
      .proj = b.linear_weights({.weight = weight(weights, "visual.proj"), .transposed = true})};
  if (config.ln_pre) tower.ln_pre = prepare_layer_norm(b, weights, "visual.ln_pre", eps);
  if (config.attentional_pool)
    tower.attn_pool = prepare_pooler(b, weights, config.transformer.width, embed_dim);
  return tower;
}

/// The rows that the pooler gives for each picture: those of the queries in
/// [first, first + count).
template <class B>
typename B::Tensor forward(B& b, const AttentionalPooler<B>& pooler, int heads,
                           const typename B::Tensor& x, const Sequences& sequences, int64_t first,
                           int64_t count, int64_t dim) {
  const auto keys = b.layer_norm(x, pooler.ln_k);
  const auto k = b.linear(keys, pooler.k, {});
  const auto v = b.linear(keys, pooler.v, {});
  const auto queries =
      b.linear(b.layer_norm(b.table_rows(pooler.query), pooler.ln_q), pooler.q, {});
  std::vector<int64_t> query_of, sequence_row;
  for (int64_t s = 0; s < sequences.count(); ++s)
    for (int64_t i = 0; i < count; ++i) {
      query_of.push_back(first + i);
      sequence_row.push_back(sequences.offsets[s]);
    }
  const AttentionShape shape{.heads = heads,
                             .scale = 1 / std::sqrt(static_cast<double>(dim) / heads)};
  const auto attended =
      b.attention(b.gather_rows(queries, query_of), k, v, shape, sequences, sequence_row);
  return b.linear(attended, pooler.out_proj, {});
}

/// One row a picture: what is multiplied by the projection.
template <class B>
typename B::Tensor pool(B& b, const VisionTransformer<B>& tower, typename B::Tensor x,
                        const Sequences& sequences, std::span<const int64_t> class_rows) {
  const auto& config = tower.config;
  const bool mean = config.pool == ImagePool::mean;
  if (tower.attn_pool) {
    // Query 0 stands for a class token: "tok" takes it, "avg" leaves it out.
    const int64_t queries = config.pooler_queries;
    const int64_t first = b.listening() || !mean ? 0 : 1;
    const int64_t count = b.listening() || mean ? queries - first : 1;
    x = forward(b, *tower.attn_pool, config.pooler_heads, x, sequences, first, count,
                tower.embed_dim);
    tap(b, x, "image.attn_pool");
    x = b.layer_norm(x, tower.ln_post);
    const auto pooled = Sequences::uniform(sequences.count(), count, Sequences::Attends::all);
    if (mean) return b.mean_rows(x, pooled, 1 - first);
    return count == 1 ? std::move(x)
                      : b.gather_rows(x, std::span(pooled.offsets).first(pooled.count()));
  }
  if (!mean) {
    if (!class_rows.empty()) x = b.gather_rows(x, class_rows);
    return b.layer_norm(x, tower.ln_post);
  }
  if (config.final_ln_after_pool) return b.layer_norm(b.mean_rows(x, sequences, 1), tower.ln_post);
  return b.mean_rows(b.layer_norm(x, tower.ln_post), sequences, 1);
}

/// Features [batch, embed_dim], before normalisation. Taps: image.embed,
/// image.ln_pre, image.block.N, image.attn_pool, image.pooled.
template <class B>
typename B::Tensor forward(B& b, const VisionTransformer<B>& tower, const Pixels& pixels,
                           const VisionPass& pass = {}) {
  const auto& config = tower.config;
  const int64_t length = config.rows();
  std::vector<int32_t> positions(static_cast<size_t>(pixels.batch * length));
  for (size_t row = 0; row < positions.size(); ++row)
    positions[row] = static_cast<int32_t>(row % length);

  auto x = b.patch_embedding(pixels, tower.conv1, tower.class_embedding);
  x = b.add_positions(std::move(x), tower.positional_embedding, positions);
  tap(b, x, "image.embed");
  if (!pass.kept_rows.empty()) x = b.gather_rows(x, pass.kept_rows);
  const int64_t kept =
      pass.kept_rows.empty() ? length : static_cast<int64_t>(pass.kept_rows.size()) / pixels.batch;
  const auto sequences = Sequences::uniform(pixels.batch, kept, Sequences::Attends::all);
  if (tower.ln_pre) x = b.layer_norm(x, *tower.ln_pre);
  tap(b, x, "image.ln_pre");

  const auto class_rows = std::span(sequences.offsets).first(sequences.count());
  const bool pruned = pass.prune && pools_one_row(config) && !b.listening();
  x = forward(b, tower.transformer, std::move(x), sequences,
              pruned ? class_rows : std::span<const int64_t>(), "image");
  x = pool(b, tower, std::move(x), sequences, pruned ? std::span<const int64_t>() : class_rows);
  tap(b, x, "image.pooled");
  return b.linear(x, tower.proj, {});
}

}  // namespace tandem
