// CLIP's ResNet picture tower, written once for every backend (CLIP paper section 2.4;
// ModifiedResNet of openai/CLIP).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/backend.h"
#include "model/transformer.h"

namespace tandem {

/// Every convolution has stride 1: a block with stride 2 averages 2 x 2 rows
/// before conv3, and before the shortcut's convolution.
template <class B>
struct Bottleneck {
  typename B::Convolution conv1, conv2, conv3;
  std::optional<typename B::Convolution> downsample;
  int stride = 1;
};

/// The mean of the grid asks, the mean and the grid answer (AttentionPool2d).
template <class B>
struct AttentionPool2d {
  typename B::Table positional_embedding;
  typename B::Linear q_proj, k_proj, v_proj, c_proj;
};

template <class B>
struct ModifiedResNet {
  ModifiedResNetConfig config;
  typename B::Convolution conv1, conv2, conv3;
  std::vector<std::vector<Bottleneck<B>>> layers;
  AttentionPool2d<B> attnpool;
};

template <class B>
typename B::Convolution prepare_convolution(B& b, const TensorStore& weights,
                                            const std::string& convolution,
                                            const std::string& batch_norm, int stride,
                                            int padding) {
  return b.convolution_weights({.weight = weight(weights, convolution + ".weight"),
                                .gain = weight(weights, batch_norm + ".weight"),
                                .bias = weight(weights, batch_norm + ".bias"),
                                .mean = weight(weights, batch_norm + ".running_mean"),
                                .variance = weight(weights, batch_norm + ".running_var"),
                                .stride = stride,
                                .padding = padding});
}

template <class B>
Bottleneck<B> prepare_bottleneck(B& b, const TensorStore& weights, const std::string& prefix,
                                 int stride) {
  Bottleneck<B> block{
      .conv1 = prepare_convolution(b, weights, prefix + "conv1", prefix + "bn1", 1, 0),
      .conv2 = prepare_convolution(b, weights, prefix + "conv2", prefix + "bn2", 1, 1),
      .conv3 = prepare_convolution(b, weights, prefix + "conv3", prefix + "bn3", 1, 0),
      .stride = stride};
  if (weights.find(prefix + "downsample.0.weight") != nullptr)
    block.downsample =
        prepare_convolution(b, weights, prefix + "downsample.0", prefix + "downsample.1", 1, 0);
  return block;
}

template <class B>
ModifiedResNet<B> prepare_modified_resnet(B& b, const TensorStore& weights,
                                          const ModifiedResNetConfig& config) {
  ModifiedResNet<B> tower{
      .config = config,
      .conv1 = prepare_convolution(b, weights, "visual.conv1", "visual.bn1", 2, 1),
      .conv2 = prepare_convolution(b, weights, "visual.conv2", "visual.bn2", 1, 1),
      .conv3 = prepare_convolution(b, weights, "visual.conv3", "visual.bn3", 1, 1),
      .attnpool = {
          .positional_embedding = b.table(weight(weights, "visual.attnpool.positional_embedding")),
          .q_proj = prepare_linear(b, weights, "visual.attnpool.q_proj"),
          .k_proj = prepare_linear(b, weights, "visual.attnpool.k_proj"),
          .v_proj = prepare_linear(b, weights, "visual.attnpool.v_proj"),
          .c_proj = prepare_linear(b, weights, "visual.attnpool.c_proj")}};
  for (int layer = 0; layer < 4; ++layer) {
    auto& blocks = tower.layers.emplace_back();
    for (int i = 0; i < config.layers[layer]; ++i)
      blocks.push_back(prepare_bottleneck(
          b, weights, "visual.layer" + std::to_string(layer + 1) + "." + std::to_string(i) + ".",
          layer > 0 && i == 0 ? 2 : 1));
  }
  return tower;
}

template <class B>
Map<B> forward(B& b, const Bottleneck<B>& block, Map<B> x) {
  auto y = b.convolution(x, block.conv1, nullptr, true);
  y = b.convolution(y, block.conv2, nullptr, true);
  if (block.stride > 1) {
    y = b.average_pool(y, block.stride);
    x = b.average_pool(x, block.stride);
  }
  if (block.downsample) x = b.convolution(x, *block.downsample, nullptr, false);
  return b.convolution(y, block.conv3, &x.rows, true);
}

template <class B>
typename B::Tensor forward(B& b, const AttentionPool2d<B>& pool, const ModifiedResNetConfig& config,
                           const Map<B>& map) {
  const int64_t length = int64_t{map.height} * map.width + 1;
  const auto sequences = Sequences::uniform(map.batch, length, Sequences::Attends::all);
  std::vector<int32_t> positions(static_cast<size_t>(sequences.rows()));
  for (size_t row = 0; row < positions.size(); ++row)
    positions[row] = static_cast<int32_t>(row % length);
  const auto x = b.add_positions(b.with_mean_row(map), pool.positional_embedding, positions);
  const auto mean_rows = std::span(sequences.offsets).first(sequences.count());
  const auto q = b.linear(b.gather_rows(x, mean_rows), pool.q_proj, {});
  const auto k = b.linear(x, pool.k_proj, {});
  const auto v = b.linear(x, pool.v_proj, {});
  const double head_width = static_cast<double>(config.pool_width()) / config.heads;
  const auto attended = b.attention(
      q, k, v, {.heads = config.heads, .scale = 1 / std::sqrt(head_width)}, sequences, mean_rows);
  return b.linear(attended, pool.c_proj, {});
}

/// Features [batch, embed_dim], before normalisation. Taps: image.stem,
/// image.layer1 to 4 as [batch, channels, height, width], image.attnpool.
template <class B>
typename B::Tensor forward(B& b, const ModifiedResNet<B>& tower, const Pixels& pixels) {
  auto x = b.convolution(b.pixel_map(pixels), tower.conv1, nullptr, true);
  x = b.convolution(x, tower.conv2, nullptr, true);
  x = b.convolution(x, tower.conv3, nullptr, true);
  x = b.average_pool(x, 2);
  tap(b, x, "image.stem");
  for (size_t layer = 0; layer < tower.layers.size(); ++layer) {
    for (const auto& block : tower.layers[layer]) x = forward(b, block, std::move(x));
    tap(b, x, "image.layer", layer + 1);
  }
  auto features = forward(b, tower.attnpool, tower.config, x);
  tap(b, features, "image.attnpool");
  return features;
}

}  // namespace tandem
