#include "model/architectures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

struct VitSize {
  const char* name;
  int width, layers, head_width, patch, size;
  double mlp_ratio;
  int embed_dim, text_width, text_layers;
  Activation activation;
};

// OpenAI's models (clip/clip.py) and open_clip's model_configs of the same names.
constexpr VitSize kVits[] = {
    {"ViT-S/32", 384, 12, 64, 32, 224, 4, 384, 384, 12, Activation::gelu},
    {"ViT-S/16", 384, 12, 64, 16, 224, 4, 384, 384, 12, Activation::gelu},
    {"ViT-M/32", 512, 12, 64, 32, 224, 4, 512, 512, 12, Activation::gelu},
    {"ViT-M/16", 512, 12, 64, 16, 224, 4, 512, 512, 12, Activation::gelu},
    {"ViT-B/32", 768, 12, 64, 32, 224, 4, 512, 512, 12, Activation::quick_gelu},
    {"ViT-B/16", 768, 12, 64, 16, 224, 4, 512, 512, 12, Activation::quick_gelu},
    {"ViT-L/14", 1024, 24, 64, 14, 224, 4, 768, 768, 12, Activation::quick_gelu},
    {"ViT-L/14-336", 1024, 24, 64, 14, 336, 4, 768, 768, 12, Activation::quick_gelu},
    {"ViT-H/14", 1280, 32, 80, 14, 224, 4, 1024, 1024, 24, Activation::gelu},
    {"ViT-g/14", 1408, 40, 88, 14, 224, 4.3637, 1024, 1024, 24, Activation::gelu},
    {"ViT-bigG/14", 1664, 48, 104, 14, 224, 4.9231, 1280, 1280, 32, Activation::gelu},
    {"ViT-e/14", 1792, 56, 112, 14, 224, 8.5715, 1280, 1280, 36, Activation::gelu},
};

struct ResnetSize {
  const char* name;
  int width;
  std::array<int, 4> layers;
  int size, embed_dim, text_width;
};

constexpr ResnetSize kResnets[] = {
    {"RN50", 64, {3, 4, 6, 3}, 224, 1024, 512},
    {"RN101", 64, {3, 4, 23, 3}, 224, 512, 512},
    {"RN50x4", 80, {4, 6, 10, 6}, 288, 640, 640},
    {"RN50x16", 96, {6, 8, 18, 8}, 384, 768, 768},
    {"RN50x64", 128, {3, 15, 36, 10}, 448, 1024, 1024},
};

TextTransformerConfig text_of(int width, int layers, Activation activation) {
  return {.transformer = {.width = width,
                          .layers = layers,
                          .heads = width / 64,
                          .mlp_width = 4 * width,
                          .activation = activation}};
}

ModelConfig config_of(const VitSize& size) {
  const VisionTransformerConfig image{
      .image_height = size.size,
      .image_width = size.size,
      .patch_height = size.patch,
      .patch_width = size.patch,
      .transformer = {.width = size.width,
                      .layers = size.layers,
                      .heads = size.width / size.head_width,
                      .mlp_width = static_cast<int>(size.width * size.mlp_ratio),
                      .activation = size.activation}};
  return {.embed_dim = size.embed_dim,
          .image = image,
          .text = text_of(size.text_width, size.text_layers, size.activation)};
}

ModelConfig config_of(const ResnetSize& size) {
  const ModifiedResNetConfig image{.image_size = size.size,
                                   .width = size.width,
                                   .layers = size.layers,
                                   .heads = size.width * 32 / 64};
  return {.embed_dim = size.embed_dim,
          .image = image,
          .text = text_of(size.text_width, 12, Activation::quick_gelu)};
}

// SplitMix64's steps, and the sum of four uniform numbers for a bell: fast
// enough for a billion weights, and the same on every machine.
void fill_normal(std::span<float> values, uint64_t seed, float deviation, float mean) {
  constexpr float kUnit = 1.0f / 65536;
  const float factor = deviation * std::sqrt(3.0f);  // four uniforms have a variance of 1/3
  for (float& value : values) {
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    float sum = -2;
    for (int part = 0; part < 4; ++part) sum += static_cast<float>(z >> 16 * part & 0xffff) * kUnit;
    value = mean + factor * sum;
  }
}

// FNV-1a: every tensor has its own sequence, whatever the order.
uint64_t hash_of(const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char c : name) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

float deviation_of(const WeightSpec& spec) {
  switch (spec.role) {
    case WeightRole::matrix:
    case WeightRole::convolution: {
      const int64_t fan_in = element_count(spec.shape) / spec.shape[0];
      return 1 / std::sqrt(static_cast<float>(fan_in));
    }
    default: return 0.02f;  // token_embedding's in clip/model.py
  }
}

}  // namespace

std::vector<std::string> known_architectures() {
  std::vector<std::string> names;
  for (const auto& size : kVits) names.emplace_back(size.name);
  for (const auto& size : kResnets) names.emplace_back(size.name);
  return names;
}

ModelConfig architecture_named(const std::string& name) {
  for (const auto& size : kVits)
    if (name == size.name) return config_of(size);
  for (const auto& size : kResnets)
    if (name == size.name) return config_of(size);
  std::string known;
  for (const auto& each : known_architectures()) known += (known.empty() ? "" : ", ") + each;
  fail(ErrorKind::bad_input, "\"{}\" is no architecture that is known by name; choose one of {}",
       name, known);
}

TensorStore random_weights(const ModelConfig& config, uint64_t seed) {
  const auto table = weight_table(config);
  TensorStore weights;
  std::vector<std::span<float>> values;
  for (const auto& spec : table) {
    const auto size = static_cast<size_t>(element_count(spec.shape));
    const auto& view =
        weights.add(spec.name, DType::f32, spec.shape, std::vector<std::byte>(4 * size));
    // The store owns these bytes and nobody reads them yet.
    auto* first = reinterpret_cast<float*>(const_cast<std::byte*>(view.bytes.data()));
    values.emplace_back(first, size);
  }
  parallel_for(static_cast<int64_t>(table.size()), [&](int64_t i) {
    const auto& spec = table[i];
    const bool one = spec.role == WeightRole::gain || spec.name.ends_with("running_var");
    fill_normal(values[i], seed ^ hash_of(spec.name), deviation_of(spec), one ? 1 : 0);
  });
  // 1/0.07: the reference's initial temperature.
  if (const auto* scale = weights.find("logit_scale"))
    *reinterpret_cast<float*>(const_cast<std::byte*>(scale->bytes.data())) = std::log(1 / 0.07f);
  return weights;
}

}  // namespace tandem
