// Small random models in every architecture option, with inputs: what a backend is
// compared on with the reference backend.
#pragma once

#include <cmath>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "model/text_batch.h"
#include "model/backend.h"
#include "model/config.h"
#include "model/weight_table.h"

namespace tandem_test {

struct RandomModel {
  std::string name;
  tandem::ModelConfig config;

  friend void PrintTo(const RandomModel& model, std::ostream* out) { *out << model.name; }
};

/// Sizes are awkward on purpose: no width is a multiple of a vector register,
/// and the picture below is not a multiple of its patch.
inline tandem::TransformerConfig small_transformer() {
  return {.width = 36, .layers = 3, .heads = 3, .mlp_width = 90};
}

inline tandem::ModelConfig small_vit() {
  return {.embed_dim = 20,
          .image = tandem::VisionTransformerConfig{.image_height = 33,
                                                   .image_width = 26,
                                                   .patch_height = 8,
                                                   .patch_width = 6,
                                                   .transformer = small_transformer()},
          .text = tandem::TextTransformerConfig{
              .context_length = 11, .vocab_size = 50, .transformer = small_transformer()}};
}

/// Every option of config.h that changes what a tower computes, one a model.
inline std::vector<RandomModel> random_models() {
  using namespace tandem;
  std::vector<RandomModel> models;
  const auto with = [&](const char* name, auto&& change) {
    models.push_back({name, small_vit()});
    ModelConfig& config = models.back().config;
    change(std::get<VisionTransformerConfig>(*config.image), *config.text);
  };
  const auto with_block = [&](const char* name, auto&& change) {
    with(name, [&](VisionTransformerConfig& image, TextTransformerConfig& text) {
      change(image.transformer);
      change(text.transformer);
    });
  };
  with("plain", [](auto&, auto&) {});
  with_block("gelu", [](TransformerConfig& block) { block.activation = Activation::gelu; });
  with_block("gelu_tanh", [](TransformerConfig& block) {
    block.activation = Activation::gelu_tanh;
    block.layer_norm_eps = 1e-6;
  });
  with_block("layer_scale", [](TransformerConfig& block) { block.layer_scale = true; });
  with_block("qk_norm", [](TransformerConfig& block) { block.qk_norm = true; });
  with_block("scaled_cosine", [](TransformerConfig& block) { block.scaled_cosine_attn = true; });
  with_block("scale_heads", [](TransformerConfig& block) { block.scale_heads = true; });
  with_block("scale_attn_inner", [](TransformerConfig& block) { block.scale_attn_inner = true; });
  with_block("scale_attn", [](TransformerConfig& block) { block.scale_attn = true; });
  with_block("scale_fc", [](TransformerConfig& block) { block.scale_fc = true; });
  with_block("every_block_option", [](TransformerConfig& block) {
    block.layer_scale = block.qk_norm = block.scaled_cosine_attn = block.scale_heads = true;
    block.scale_attn_inner = block.scale_attn = block.scale_fc = true;
  });
  with("no_ln_pre", [](auto& image, auto&) { image.ln_pre = false; });
  with("mean_pool", [](auto& image, auto&) { image.pool = ImagePool::mean; });
  with("mean_pool_then_norm", [](auto& image, auto&) {
    image.pool = ImagePool::mean;
    image.final_ln_after_pool = true;
  });
  const auto pooler = [](VisionTransformerConfig& image) {
    image.attentional_pool = true;
    image.pooler_queries = 5;
    image.pooler_heads = 4;
  };
  with("pooler", [&](auto& image, auto&) { pooler(image); });
  with("pooler_mean", [&](auto& image, auto&) {
    pooler(image);
    image.pool = ImagePool::mean;
  });
  with("pooler_one_width", [&](auto& image, auto& text) {  // q, k, v stored as one matrix
    pooler(image);
    image.transformer.width = text.transformer.width = 20;
    image.transformer.heads = text.transformer.heads = 5;
  });
  with("text_not_causal", [](auto&, auto& text) {
    text.causal = false;
    text.pool = TextPool::last;
  });
  with("text_first", [](auto&, auto& text) { text.pool = TextPool::first; });
  with("text_eos", [](auto&, auto& text) {
    text.pool = TextPool::eos;
    text.eos_id = 7;
  });
  with("coca_text", [](auto&, auto& text) { text.class_row = true; });
  with("text_linear_projection",
       [](auto&, auto& text) { text.projection = TextProjection::linear; });
  with("text_no_projection", [](auto&, auto& text) {
    text.projection = TextProjection::none;
    text.transformer.width = 20;
    text.transformer.heads = 2;
  });
  models.push_back({"resnet", small_vit()});
  models.back().config.image =
      ModifiedResNetConfig{.image_size = 64, .width = 8, .layers = {2, 1, 1, 2}, .heads = 4};
  return models;
}

/// Weights on the scales of a trained model, so that activations neither die
/// nor blow up; the same for the same seed.
inline tandem::TensorStore random_weights(const tandem::ModelConfig& config, uint32_t seed) {
  using tandem::WeightRole;
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  tandem::TensorStore weights;
  for (const auto& spec : tandem::weight_table(config)) {
    const int64_t count = tandem::element_count(spec.shape);
    const int64_t fan_in = spec.shape.empty() ? 1 : count / spec.shape[0];
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) {
      const float z = normal(random);
      switch (spec.role) {
        case WeightRole::matrix:
        case WeightRole::convolution: value = z / std::sqrt(static_cast<float>(fan_in)); break;
        case WeightRole::gain: value = 1 + 0.2F * z; break;
        case WeightRole::bias: value = 0.2F * z; break;
        case WeightRole::embedding: value = 0.5F * z; break;
        // Some above ln 100, so that scaled cosine attention meets its clamp.
        case WeightRole::scale: value = 3 + 1.5F * z; break;
        case WeightRole::statistic: value = 0.5F + std::abs(z); break;
      }
    }
    if (spec.name.ends_with("head_scale"))
      for (float& value : values) value -= 2;
    weights.add(spec.name, spec.shape, values);
  }
  return weights;
}

/// [batch, 3, height, width] on the scale of normalised pictures.
inline std::vector<float> random_pixels(const tandem::ModelConfig& config, int64_t batch,
                                        uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const auto [height, width] = config.image_size();
  std::vector<float> pixels(static_cast<size_t>(batch * 3 * height * width));
  for (float& value : pixels) value = normal(random);
  return pixels;
}

/// [texts, context_length] ids: texts of every length from one id on, many with
/// a common beginning, the end token (the largest id) last, the rest padding.
inline std::vector<int32_t> random_tokens(const tandem::TextTransformerConfig& config,
                                          int64_t texts, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int32_t> ids(static_cast<size_t>(texts * config.context_length), config.pad_id);
  for (int64_t text = 0; text < texts; ++text) {
    int32_t* row = ids.data() + text * config.context_length;
    const int64_t length = 1 + text % config.context_length;
    for (int64_t i = 0; i + 1 < length; ++i)
      row[i] = i < 3 ? static_cast<int32_t>(1 + i + text % 2)
                     : static_cast<int32_t>(1 + random() % (config.vocab_size - 2));
    row[length - 1] = config.vocab_size - 1;
  }
  return ids;
}

}  // namespace tandem_test
