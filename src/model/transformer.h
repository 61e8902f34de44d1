// The residual attention block, written once for every backend (CLIP paper section
// 2.4; open_clip's ResidualAttentionBlock and CustomResidualAttentionBlock).
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "model/backend.h"

namespace tandem {

/// Multi-head self attention. A block whose output is read at one row of each
/// sequence asks for q apart from k and v, so that q is computed for that row alone.
template <class B>
struct Attention {
  std::optional<typename B::Linear> in_proj;  ///< q, k, v in one product
  std::optional<typename B::Linear> q, kv;    ///< or apart
  typename B::Linear out_proj;
  std::optional<typename B::LayerNorm> ln_q, ln_k, ln_inner;
  std::optional<typename B::Vector> head_scale, logit_scale;
};

template <class B>
struct ResidualAttentionBlock {
  typename B::LayerNorm ln_1;
  Attention<B> attn;
  std::optional<typename B::LayerNorm> ln_attn;
  std::optional<typename B::Vector> ls_1, ls_2;
  typename B::LayerNorm ln_2;
  typename B::Linear c_fc;
  std::optional<typename B::LayerNorm> mlp_ln;
  typename B::Linear c_proj;
};

template <class B>
struct Transformer {
  TransformerConfig config;
  std::vector<ResidualAttentionBlock<B>> resblocks;
};

/// `prefix`.weight and `prefix`.bias.
template <class B>
typename B::LayerNorm prepare_layer_norm(B& b, const TensorStore& weights,
                                         const std::string& prefix, double eps) {
  return b.layer_norm_weights(weight(weights, prefix + ".weight"),
                              weight(weights, prefix + ".bias"), eps);
}

template <class B>
typename B::Linear prepare_linear(B& b, const TensorStore& weights, const std::string& prefix) {
  return b.linear_weights(
      {.weight = weight(weights, prefix + ".weight"), .bias = weight(weights, prefix + ".bias")});
}

template <class B>
Attention<B> prepare_attention(B& b, const TensorStore& weights, const std::string& prefix,
                               const TransformerConfig& config, bool q_apart) {
  const auto in_weight = weight(weights, prefix + ".in_proj_weight");
  const auto in_bias = weight(weights, prefix + ".in_proj_bias");
  const int64_t width = config.width;
  Attention<B> attn{.out_proj = prepare_linear(b, weights, prefix + ".out_proj")};
  if (q_apart) {
    attn.q = b.linear_weights({rows(in_weight, 0, width), rows(in_bias, 0, width)});
    attn.kv =
        b.linear_weights({rows(in_weight, width, 2 * width), rows(in_bias, width, 2 * width)});
  } else {
    attn.in_proj = b.linear_weights({in_weight, in_bias});
  }
  const double eps = config.layer_norm_eps;
  if (config.qk_norm) {
    attn.ln_q = prepare_layer_norm(b, weights, prefix + ".ln_q", eps);
    attn.ln_k = prepare_layer_norm(b, weights, prefix + ".ln_k", eps);
  }
  if (config.scale_attn_inner)
    attn.ln_inner = prepare_layer_norm(b, weights, prefix + ".ln_inner", eps);
  if (config.scale_heads) attn.head_scale = b.vector(weight(weights, prefix + ".head_scale"));
  if (config.scaled_cosine_attn)  // clamped at ln 100, as in Swin Transformer V2
    attn.logit_scale =
        b.clamped_exp(b.vector(weight(weights, prefix + ".logit_scale")), std::log(100.0));
  return attn;
}

template <class B>
ResidualAttentionBlock<B> prepare_block(B& b, const TensorStore& weights, const std::string& prefix,
                                        const TransformerConfig& config, bool q_apart) {
  const double eps = config.layer_norm_eps;
  ResidualAttentionBlock<B> block{
      .ln_1 = prepare_layer_norm(b, weights, prefix + "ln_1", eps),
      .attn = prepare_attention(b, weights, prefix + "attn", config, q_apart),
      .ln_2 = prepare_layer_norm(b, weights, prefix + "ln_2", eps),
      .c_fc = prepare_linear(b, weights, prefix + "mlp.c_fc"),
      .c_proj = prepare_linear(b, weights, prefix + "mlp.c_proj")};
  if (config.scale_attn) block.ln_attn = prepare_layer_norm(b, weights, prefix + "ln_attn", eps);
  if (config.scale_fc) block.mlp_ln = prepare_layer_norm(b, weights, prefix + "mlp.ln", eps);
  if (config.layer_scale) {
    block.ls_1 = b.vector(weight(weights, prefix + "ls_1.gamma"));
    block.ls_2 = b.vector(weight(weights, prefix + "ls_2.gamma"));
  }
  return block;
}

/// `prefix` is "visual.transformer." or "transformer.". `last_q_apart`: only one
/// row of each sequence is read after the last block.
template <class B>
Transformer<B> prepare_transformer(B& b, const TensorStore& weights, const std::string& prefix,
                                   const TransformerConfig& config, bool last_q_apart) {
  Transformer<B> transformer{.config = config};
  for (int layer = 0; layer < config.layers; ++layer)
    transformer.resblocks.push_back(
        prepare_block(b, weights, prefix + "resblocks." + std::to_string(layer) + ".", config,
                      last_q_apart && layer + 1 == config.layers));
  return transformer;
}

/// Self attention of the normed rows; for `query_rows` alone where it is not empty.
template <class B>
typename B::Tensor attend(B& b, const Attention<B>& attn, const TransformerConfig& config,
                          const typename B::Tensor& x, const Sequences& sequences,
                          std::span<const int64_t> query_rows) {
  using Tensor = typename B::Tensor;
  const int64_t width = config.width;
  // Slices point into the products, so these stay until the end.
  const Tensor product = b.linear(x, attn.in_proj ? *attn.in_proj : *attn.kv, {});
  const Tensor q_product = attn.in_proj ? Tensor()
                           : query_rows.empty()
                               ? b.linear(x, *attn.q, {})
                               : b.linear(b.gather_rows(x, query_rows), *attn.q, {});
  const int64_t k_begin = attn.in_proj ? width : 0;
  Tensor q = b.slice_columns(attn.in_proj ? product : q_product, 0, width);
  Tensor k = b.slice_columns(product, k_begin, width);
  const Tensor v = b.slice_columns(product, k_begin + width, width);
  double scale = 1 / std::sqrt(static_cast<double>(config.head_width()));
  if (attn.ln_q) {
    q = b.layer_norm(q, *attn.ln_q);
    k = b.layer_norm(k, *attn.ln_k);
  }
  if (attn.logit_scale) {
    q = b.scale_groups(b.normalise(std::move(q), config.head_width()), *attn.logit_scale);
    k = b.normalise(std::move(k), config.head_width());
    scale = 1;
  }
  Tensor y = b.attention(q, k, v, {.heads = config.heads, .scale = scale}, sequences, query_rows);
  if (attn.head_scale) y = b.scale_groups(std::move(y), *attn.head_scale);
  if (attn.ln_inner) y = b.layer_norm(y, *attn.ln_inner);
  return y;
}

/// x + attention(ln_1(x)), then + mlp(ln_2(.)). With `query_rows`, the result
/// has those rows alone.
template <class B>
typename B::Tensor forward(B& b, const ResidualAttentionBlock<B>& block,
                           const TransformerConfig& config, typename B::Tensor x,
                           const Sequences& sequences, std::span<const int64_t> query_rows = {}) {
  using Tensor = typename B::Tensor;
  const auto pointer = [](const auto& optional) { return optional ? &*optional : nullptr; };
  {
    const Tensor attended =
        attend(b, block.attn, config, b.layer_norm(x, block.ln_1), sequences, query_rows);
    if (!query_rows.empty()) x = b.gather_rows(x, query_rows);
    if (block.ln_attn)
      x = b.add(std::move(x),
                b.layer_norm(b.linear(attended, block.attn.out_proj, {}), *block.ln_attn),
                pointer(block.ls_1));
    else
      x = b.linear(attended, block.attn.out_proj, {.gamma = pointer(block.ls_1), .residual = &x});
  }
  Tensor hidden =
      b.linear(b.layer_norm(x, block.ln_2), block.c_fc, {.activation = config.activation});
  if (block.mlp_ln) hidden = b.layer_norm(hidden, *block.mlp_ln);
  return b.linear(hidden, block.c_proj, {.gamma = pointer(block.ls_2), .residual = &x});
}

/// All blocks. `pooled_rows` (one row of each sequence, or empty): the last
/// block is computed for these alone. Taps: `tower`.block.N.
template <class B>
typename B::Tensor forward(B& b, const Transformer<B>& transformer, typename B::Tensor x,
                           const Sequences& sequences, std::span<const int64_t> pooled_rows,
                           const char* tower) {
  const size_t last = transformer.resblocks.size() - 1;
  for (size_t layer = 0; layer <= last; ++layer) {
    const bool pruned = layer == last && !pooled_rows.empty();
    x = forward(b, transformer.resblocks[layer], transformer.config, std::move(x), sequences,
                pruned ? pooled_rows : std::span<const int64_t>());
    tap(b, x, tower, ".block.", layer);
  }
  return x;
}

}  // namespace tandem
