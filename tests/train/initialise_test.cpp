// Weights before the first step: the reference's distributions, from the seed alone.
#include "train/initialise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/random_model.h"
#include "train/random.h"

namespace tandem_test {
namespace {

using namespace tandem;

struct Moments {
  double mean = 0, deviation = 0, largest = 0;
};

Moments moments(const TensorStore& weights, const std::string& name) {
  const auto values = to_double(*weights.find(name));
  Moments found;
  for (const double value : values) {
    found.mean += value / static_cast<double>(values.size());
    found.largest = std::max(found.largest, std::abs(value));
  }
  for (const double value : values)
    found.deviation +=
        (value - found.mean) * (value - found.mean) / static_cast<double>(values.size());
  found.deviation = std::sqrt(found.deviation);
  return found;
}

// Wide enough for a deviation within a few percent.
ModelConfig wide_vit() {
  ModelConfig config = small_vit();
  auto& image = std::get<VisionTransformerConfig>(*config.image).transformer;
  image = {.width = 128, .layers = 4, .heads = 4, .mlp_width = 512};
  config.text->transformer = {.width = 96, .layers = 2, .heads = 4, .mlp_width = 384};
  config.text->vocab_size = 400;
  config.embed_dim = 64;
  return config;
}

TEST(Initialise, DistributionsAreTheReferences) {
  struct Case {
    const char* name;
    double deviation;
    bool uniform;
  };
  const auto uniform = [](double bound) { return bound / std::sqrt(3.0); };
  const Case cases[] = {
      {"visual.conv1.weight", uniform(1 / std::sqrt(3.0 * 8 * 6)), true},
      {"visual.positional_embedding", 1 / std::sqrt(128.0), false},
      {"visual.proj", 1 / std::sqrt(128.0), false},
      {"visual.transformer.resblocks.1.attn.in_proj_weight", uniform(std::sqrt(6.0 / 512)), true},
      {"visual.transformer.resblocks.1.attn.out_proj.weight", uniform(1 / std::sqrt(128.0)), true},
      {"visual.transformer.resblocks.1.mlp.c_proj.weight", uniform(1 / std::sqrt(512.0)), true},
      {"visual.transformer.resblocks.1.mlp.c_fc.bias", uniform(1 / std::sqrt(128.0)), true},
      {"token_embedding.weight", 0.02, false},
      {"positional_embedding", 0.01, false},
      {"transformer.resblocks.0.attn.in_proj_weight", 1 / std::sqrt(96.0), false},
      {"transformer.resblocks.0.attn.out_proj.weight", 1 / std::sqrt(96.0 * 4), false},
      {"transformer.resblocks.0.mlp.c_fc.weight", 1 / std::sqrt(2 * 96.0), false},
      {"transformer.resblocks.0.mlp.c_proj.weight", 1 / std::sqrt(96.0 * 4), false},
      {"transformer.resblocks.0.mlp.c_proj.bias", uniform(1 / std::sqrt(384.0)), true},
      {"text_projection", 1 / std::sqrt(96.0), false},
  };
  const TensorStore weights = initial_weights(wide_vit(), {}, 1);
  for (const auto& at : cases) {
    const Moments found = moments(weights, at.name);
    const auto count = static_cast<double>(weights.find(at.name)->elements());
    // Five standard errors of a sample's mean and deviation.
    EXPECT_NEAR(found.mean, 0, 5 * at.deviation / std::sqrt(count)) << at.name;
    EXPECT_NEAR(found.deviation, at.deviation, 5 * at.deviation / std::sqrt(2 * count)) << at.name;
    const double bound = at.deviation * std::sqrt(3.0);
    EXPECT_EQ(found.largest <= bound * (1 + 1e-7), at.uniform) << at.name;
  }
}

TEST(Initialise, ConstantsAreTheReferences) {
  const auto expect_all = [](const TensorStore& weights, const std::string& name, double value) {
    for (const double found : to_double(*weights.find(name)))
      EXPECT_FLOAT_EQ(static_cast<float>(found), static_cast<float>(value)) << name;
  };
  const TensorStore vit = initial_weights(small_vit(), {}, 1);
  expect_all(vit, "visual.ln_pre.weight", 1);
  expect_all(vit, "ln_final.bias", 0);
  expect_all(vit, "transformer.resblocks.0.attn.in_proj_bias", 0);
  expect_all(vit, "visual.transformer.resblocks.0.attn.out_proj.bias", 0);
  for (const auto& known : random_models()) {
    const TensorStore weights = initial_weights(known.config, {}, 1);
    check_weights(weights, known.config, known.name);
    if (known.name == "layer_scale")
      expect_all(weights, "visual.transformer.resblocks.0.ls_2.gamma", 1e-5);
    if (known.name == "scaled_cosine")
      expect_all(weights, "transformer.resblocks.0.attn.logit_scale", std::log(10));
    if (known.name == "scale_heads")
      expect_all(weights, "transformer.resblocks.0.attn.head_scale", 1);
    if (known.name == "text_linear_projection") expect_all(weights, "text_projection.bias", 0);
    if (known.name != "resnet") continue;
    expect_all(weights, "visual.bn3.weight", 1);
    expect_all(weights, "visual.layer4.1.bn3.weight", 0);
    expect_all(weights, "visual.layer1.0.bn2.weight", 1);
    expect_all(weights, "visual.layer1.0.bn1.running_mean", 0);
    expect_all(weights, "visual.layer1.0.bn1.running_var", 1);
  }
}

TEST(Initialise, TheLossSectionDecidesItsScalars) {
  ModelConfig config = small_vit();
  config.logit_bias = true;
  const auto scalar = [&](const LossSection& loss, const char* name) {
    return to_double(*initial_weights(config, loss, 1).find(name))[0];
  };
  EXPECT_NEAR(scalar({}, "logit_scale"), std::log(1 / 0.07), 1e-6);
  EXPECT_NEAR(scalar({.kind = LossKind::sigmoid}, "logit_scale"), std::log(10), 1e-6);
  EXPECT_NEAR(scalar({.kind = LossKind::sigmoid}, "logit_bias"), -10, 1e-6);
  EXPECT_NEAR(scalar({.logit_scale = 3, .logit_bias = -2}, "logit_scale"), 3, 1e-6);
  EXPECT_NEAR(scalar({.logit_scale = 3, .logit_bias = -2}, "logit_bias"), -2, 1e-6);
}

TEST(Initialise, TheSeedDecidesEveryBit) {
  const auto bytes = [](uint64_t seed, const char* name) {
    const TensorStore weights = initial_weights(small_vit(), {}, seed);
    const auto span = weights.find(name)->bytes;
    return std::vector<std::byte>(span.begin(), span.end());
  };
  EXPECT_EQ(bytes(5, "visual.proj"), bytes(5, "visual.proj"));
  EXPECT_NE(bytes(5, "visual.proj"), bytes(6, "visual.proj"));
  // Computed apart, in Python: a machine that gives others trains another model.
  const std::vector<std::byte> first = bytes(5, "token_embedding.weight");
  float values[3];
  std::memcpy(values, first.data(), sizeof values);
  EXPECT_EQ(values[0], 0x1.7627ap-8F);
  EXPECT_EQ(values[1], -0x1.9c53eap-9F);
  EXPECT_EQ(values[2], -0x1.cbf178p-7F);
}

TEST(Random, NormalQuantilesAreKnownOnes) {
  // Of mpmath's, in all three ranges of the algorithm.
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-16);
  EXPECT_NEAR(normal_quantile(0.75), 0.67448975019608174, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400545, 3e-15);
  EXPECT_NEAR(normal_quantile(0.001), -3.0902323061678132, 3e-15);
  EXPECT_NEAR(normal_quantile(1e-15), -7.9413453261709971, 1e-14);
}

TEST(Random, UnitsAreInsideAndSpread) {
  double sum = 0;
  for (uint64_t i = 0; i < 100000; ++i) {
    const double u = random_unit(7, i);
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  // Five standard errors of the mean of uniform numbers.
  EXPECT_NEAR(sum / 100000, 0.5, 5 / std::sqrt(12 * 100000.0));
}

}  // namespace
}  // namespace tandem_test
