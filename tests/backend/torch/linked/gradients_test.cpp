// Every operation and every tower can be differentiated: autograd's gradients against
// finite differences, in double; and in double the values are the reference's.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "backend/f32_tolerance.h"
#include "backend/random_model.h"
#include "backend/ref/ref_backend.h"
#include "backend/torch/torch_backend.h"
#include "model/modified_resnet.h"
#include "model/text_transformer.h"
#include "model/vision_transformer.h"

namespace tandem_test {
namespace {

using namespace tandem;
using torch_backend::Backend;
using torch_backend::Shared;
using Leaves = std::vector<at::Tensor>;

at::Tensor random(at::IntArrayRef shape) {
  return at::randn(shape, at::TensorOptions(at::kDouble)).requires_grad_(true);
}

/// d loss / d leaf along a random direction, by autograd and by central
/// differences of two steps, which cancel their h^2 (Richardson). With h = 1e-6
/// what remains is rounding: some 2^-53 / h of the values' scale, below 1e-9.
void expect_gradient(at::Tensor& leaf, const std::string& name, double scale,
                     const std::function<double()>& loss) {
  ASSERT_TRUE(leaf.grad().defined()) << name << ": no gradient arrives";
  const at::NoGradGuard no_gradients;
  const at::Tensor direction = at::randn_like(leaf);
  const double gradient = (leaf.grad() * direction).sum().item<double>();
  const at::Tensor kept = leaf.clone();
  const auto difference = [&](double step) {
    leaf.copy_(kept + direction * step);
    const double above = loss();
    leaf.copy_(kept - direction * step);
    const double below = loss();
    leaf.copy_(kept);
    return (above - below) / (2 * step);
  };
  const double expected = (4 * difference(1e-6) - difference(2e-6)) / 3;
  EXPECT_NEAR(gradient, expected, 1e-8 * (scale + std::abs(gradient))) << name;
}

/// For a function of leaves to a tensor: the loss weighs its elements at random.
void expect_gradients(Leaves leaves, const std::function<at::Tensor(const Leaves&)>& run) {
  const Leaves kept = [&] {
    Leaves copies;
    for (const auto& leaf : leaves) copies.push_back(leaf.detach().clone());
    return copies;
  }();
  const at::Tensor y = run(leaves);
  const at::Tensor weights = at::randn_like(y);
  (y * weights).sum().backward();
  for (size_t i = 0; i < leaves.size(); ++i)
    EXPECT_TRUE(at::equal(leaves[i].detach(), kept[i])) << "leaf " << i << " was written";
  const double scale = weights.abs().sum().item<double>();
  for (size_t i = 0; i < leaves.size(); ++i)
    expect_gradient(leaves[i], "leaf " + std::to_string(i), scale,
                    [&] { return (run(leaves) * weights).sum().item<double>(); });
}

ref::Backend::Tensor to_ref(const at::Tensor& x) {
  ref::Backend::Tensor tensor(x.size(0), x.size(1));
  std::copy_n(x.contiguous().data_ptr<double>(), x.numel(), tensor.values.begin());
  return tensor;
}

class Gradients : public testing::Test {
 protected:
  Gradients() { at::manual_seed(7); }
  Shared shared{.dtype = at::kDouble};
  Backend b{shared, nullptr};
  // Two pictures of 7 x 5 for patches of 3 x 2: a row and a column are left over.
  std::vector<float> values = std::vector<float>(2 * 3 * 7 * 5, 0.25F);
  Pixels pixels{.values = values, .batch = 2, .height = 7, .width = 5};
};

TEST_F(Gradients, PatchEmbedding) {
  expect_gradients({random({4, 18}), random({4})}, [&](const Leaves& leaf) {
    return b.patch_embedding(pixels, {leaf[0], 3, 2}, leaf[1]);
  });
}

TEST_F(Gradients, TokenEmbeddingAndPositions) {
  const std::vector<int32_t> ids = {1, 3, 3, -1, 0, -1}, positions = {0, 1, 2, 0, 0, 1};
  expect_gradients({random({5, 4}), random({4}), random({3, 4})}, [&](const Leaves& leaf) {
    return b.add_positions(b.token_embedding(ids, leaf[0], &leaf[1]), leaf[2], positions);
  });
}

TEST_F(Gradients, LayerNormOfWholeRowsAndOfGroups) {
  for (const int64_t group : {6, 3})
    expect_gradients({random({4, 6}), random({group}), random({group})}, [&](const Leaves& leaf) {
      return b.layer_norm(b.slice_columns(leaf[0], 0, 6), {leaf[1], leaf[2], 1e-5});
    });
}

TEST_F(Gradients, LinearWithEveryEpilogue) {
  using enum Activation;
  for (const auto activation : {std::optional<Activation>(), std::optional(quick_gelu),
                                std::optional(gelu), std::optional(gelu_tanh)})
    for (const bool gamma : {false, true})
      for (const bool residual : {false, true}) {
        SCOPED_TRACE(testing::Message() << "gamma " << gamma << " residual " << residual);
        Leaves leaves = {random({3, 4}), random({5, 4}), random({5})};
        if (gamma) leaves.push_back(random({5}));
        if (residual) leaves.push_back(random({3, 5}));
        expect_gradients(leaves, [&](const Leaves& leaf) {
          return b.linear(leaf[0], {leaf[1], leaf[2]},
                          {.activation = activation,
                           .gamma = gamma ? &leaf[3] : nullptr,
                           .residual = residual ? &leaf.back() : nullptr});
        });
      }
}

TEST_F(Gradients, RowsAndGroups) {
  const Sequences unequal{.offsets = {0, 2, 5, 9}};
  const auto uniform = Sequences::uniform(3, 3, Sequences::Attends::all);
  const std::vector<int64_t> rows = {8, 0, 0, 3};
  const std::map<std::string, std::function<at::Tensor(const Leaves&)>> operations = {
      {"gather_rows", [&](const Leaves& leaf) { return b.gather_rows(leaf[0], rows); }},
      {"mean_rows", [&](const Leaves& leaf) { return b.mean_rows(leaf[0], unequal, 1); }},
      {"mean_rows, uniform", [&](const Leaves& leaf) { return b.mean_rows(leaf[0], uniform, 1); }},
      {"normalise", [&](const Leaves& leaf) { return b.normalise(leaf[0], 2); }},
      {"slice_columns", [&](const Leaves& leaf) { return b.slice_columns(leaf[0], 1, 3); }},
  };
  for (const auto& [name, operation] : operations) {
    SCOPED_TRACE(name);
    expect_gradients({random({9, 4})}, operation);
  }
  expect_gradients({random({9, 4}), random({9, 4}), random({4})}, [&](const Leaves& leaf) {
    return b.add(b.add(leaf[0], leaf[1], &leaf[2]), leaf[1], nullptr);
  });
  // Factors below, above and beyond the clamp.
  expect_gradients({random({9, 6}), random({3})}, [&](const Leaves& leaf) {
    return b.scale_groups(leaf[0], b.clamped_exp(leaf[1], 0.0));
  });
}

TEST_F(Gradients, FeatureMaps) {
  const at::Tensor variance = at::rand({4}, at::TensorOptions(at::kDouble)) + 0.5;
  const at::Tensor mean = at::randn({4}, at::TensorOptions(at::kDouble));
  for (const bool training : {false, true})
    for (const int kernel : {1, 3}) {
      SCOPED_TRACE(testing::Message() << "training " << training << " kernel " << kernel);
      const Leaves leaves = {random({2 * 6 * 5, 3}),
                             random({4, 3, kernel, kernel}),
                             random({4}),
                             random({4}),
                             random({2 * 6 * 5, 4}),
                             random({4})};
      expect_gradients(leaves, [&](const Leaves& leaf) {
        Backend::Convolution convolution{
            .weight = leaf[1], .bias = leaf[2] + leaf[3], .padding = kernel / 2};
        if (training) {
          convolution.bias = at::Tensor();
          convolution.norm =
              Backend::BatchNorm{leaf[2], leaf[3], mean.clone(), variance.clone(), 1e-5};
        }
        auto map = b.convolution(Map<Backend>{leaf[0], 2, 6, 5}, convolution, &leaf[4], true);
        map = b.average_pool(map, 2);  // 6 x 5 to 3 x 2: a column is left over
        return b.with_mean_row(map) * leaf[5];
      });
    }
}

TEST_F(Gradients, ValuesOfWhatNoTowerMeetsAreTheReference) {
  const at::NoGradGuard no_gradients;
  ref::Backend judge({}, nullptr);
  const auto expect_same = [](const at::Tensor& found, const ref::Backend::Tensor& expected) {
    EXPECT_LE(largest_difference(to_ref(found).values, expected.values), 1e-14);
  };
  at::Tensor x = random({9, 4});
  x.narrow(0, 0, 1).zero_();  // stays 0 when it is normalised
  expect_same(b.normalise(x, 2), judge.normalise(to_ref(x), 2));
  const Sequences unequal{.offsets = {0, 2, 5, 9}};
  expect_same(b.mean_rows(x, unequal, 1), judge.mean_rows(to_ref(x), unequal, 1));
  const at::Tensor grid = random({2 * 5 * 7, 3});
  expect_same(b.average_pool({grid, 2, 5, 7}, 2).rows,
              judge.average_pool({to_ref(grid), 2, 5, 7}, 2).rows);
}

struct AttentionCase {
  std::string name;
  Sequences sequences;
  std::vector<int64_t> query_rows;
};

std::vector<AttentionCase> attention_cases() {
  using enum Sequences::Attends;
  const std::vector<int64_t> parents = {-1, 0, 1, 1, 0, -1, 5, 5, 7};
  const std::vector<uint8_t> hidden = {0, 0, 1, 0, 1, 1, 0, 0, 1};
  return {
      {"uniform", Sequences::uniform(3, 3, all), {}},
      {"uniform_causal", Sequences::uniform(3, 3, before), {}},
      {"uniform_causal_hidden", {before, {0, 3, 6, 9}, {}, {0, 1, 0, 0, 0, 1, 0, 0, 1}}, {}},
      {"unequal", {all, {0, 2, 3, 3, 9}}, {}},
      {"unequal_causal", {before, {0, 2, 3, 3, 9}}, {}},
      {"unequal_hidden", {all, {0, 5, 9}, {}, hidden}, {}},
      {"trie", {ancestors, {0, 5, 9}, parents}, {}},
      {"trie_hidden", {ancestors, {0, 9}, parents, {0, 0, 1, 0, 0, 0, 1, 0, 1}}, {}},
      {"one_query", Sequences::uniform(3, 3, all), {0, 3, 6}},
      {"one_query_causal", Sequences::uniform(3, 3, before), {2, 4, 8}},
      {"several_queries", {all, {0, 2, 9}}, {0, 0, 0, 5, 2}},
      {"several_queries_causal", {before, {0, 2, 9}}, {7, 1, 3, 0}},
      {"as_many_queries_as_keys", {before, {0, 9}}, {8, 1, 3, 0, 2, 5, 6, 4, 7}},
      {"queries_of_trie", {ancestors, {0, 9}, parents}, {3, 8, 3, 0}},
  };
}

class AttentionGradients : public testing::TestWithParam<AttentionCase> {
 protected:
  const Sequences& sequences = GetParam().sequences;
  const std::vector<int64_t>& query_rows = GetParam().query_rows;
  Shared shared{.dtype = at::kDouble};
  Backend b{shared, nullptr};
  const int64_t queries = query_rows.empty() ? 9 : static_cast<int64_t>(query_rows.size());
};

TEST_P(AttentionGradients, FlowToQueriesKeysAndValues) {
  at::manual_seed(7);
  expect_gradients({random({queries, 6}), random({9, 12})}, [&](const Leaves& leaf) {
    return b.attention(leaf[0], b.slice_columns(leaf[1], 0, 6), b.slice_columns(leaf[1], 6, 6),
                       {.heads = 2, .scale = 0.7}, sequences, query_rows);
  });
}

TEST_P(AttentionGradients, ValuesAreTheReference) {
  at::manual_seed(8);
  const at::NoGradGuard no_gradients;
  const at::Tensor q = random({queries, 6}), k = random({9, 6}), v = random({9, 6});
  const AttentionShape shape{.heads = 3, .scale = 0.7};
  ref::Backend judge({}, nullptr);
  EXPECT_LE(
      largest_difference(
          to_ref(b.attention(q, k, v, shape, sequences, query_rows)).values,
          judge.attention(to_ref(q), to_ref(k), to_ref(v), shape, sequences, query_rows).values),
      1e-14);
}

INSTANTIATE_TEST_SUITE_P(Shapes, AttentionGradients, testing::ValuesIn(attention_cases()),
                         [](const auto& info) { return info.param.name; });

/// A whole tower from the parameters to its features; what a training step runs.
class TowerGradients : public testing::TestWithParam<RandomModel> {
 protected:
  TowerGradients() {
    at::manual_seed(7);
    torch_backend::keep_parameters(shared, config, weights);
  }

  at::Tensor features(bool image) const {
    Backend b(shared, nullptr);
    if (!image) return forward(b, prepare_text_transformer(b, weights, *config.text), batch);
    if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config.image))
      return forward(b, prepare_vision_transformer(b, weights, *vit, config.embed_dim), pixels());
    return forward(
        b, prepare_modified_resnet(b, weights, std::get<ModifiedResNetConfig>(*config.image)),
        pixels());
  }

  Pixels pixels() const {
    return {.values = picture_values,
            .batch = 2,
            .height = config.image_size()[0],
            .width = config.image_size()[1]};
  }

  const ModelConfig config = GetParam().config;
  const TensorStore weights = random_weights(config, 1);
  const std::vector<float> picture_values = random_pixels(config, 2, 3);
  const TextBatch batch =
      make_text_batch(random_tokens(*config.text, 5, 5), *config.text, TextRows::packed);
  Shared shared{.dtype = at::kDouble};
};

TEST_P(TowerGradients, ReachEveryParameter) {
  for (const bool image : {true, false}) {
    const at::Tensor y = features(image);
    const at::Tensor factors = at::randn_like(y);
    (y * factors).sum().backward();
    const double scale = factors.abs().sum().item<double>();
    for (const auto& spec : weight_table(config)) {
      const bool of_image = spec.name.starts_with("visual.");
      const bool parameter = spec.role != WeightRole::statistic && !spec.name.starts_with("logit_");
      if (of_image != image || !parameter) continue;
      expect_gradient(shared.parameters.at(spec.name), spec.name, scale,
                      [&] { return (features(image) * factors).sum().item<double>(); });
    }
  }
}

TEST_P(TowerGradients, ValuesInDoubleAreTheReference) {
  const at::NoGradGuard no_gradients;
  const auto ref = make_encoder(config, weights, {.backend = BackendKind::ref});
  for (const bool image : {true, false}) {
    const at::Tensor y = features(image).contiguous();
    std::vector<double> expected(static_cast<size_t>(y.numel()));
    if (image)
      ref->encode_image(pixels(), {.features = expected.data()});
    else
      ref->encode_text(batch, {.features = expected.data()});
    EXPECT_LE(largest_difference({y.data_ptr<double>(), expected.size()}, expected), 1e-11)
        << (image ? "image" : "text");
  }
}

INSTANTIATE_TEST_SUITE_P(Options, TowerGradients, testing::ValuesIn(random_models()),
                         [](const auto& info) { return info.param.name; });

TEST(TrainingMode, BatchNormMovesTheRunningStatistics) {
  const ModelConfig config = random_models().back().config;
  const TensorStore weights = random_weights(config, 1);
  Shared shared{.dtype = at::kDouble, .training = true};
  torch_backend::keep_parameters(shared, config, weights);
  const std::vector<float> values = random_pixels(config, 2, 3);
  const at::Tensor before = shared.parameters.at("visual.bn1.running_mean").clone();
  Backend b(shared, nullptr);
  const auto tower =
      prepare_modified_resnet(b, weights, std::get<ModifiedResNetConfig>(*config.image));
  forward(b, tower, {.values = values, .batch = 2, .height = 64, .width = 64}).sum().backward();
  EXPECT_FALSE(at::equal(shared.parameters.at("visual.bn1.running_mean"), before));
  EXPECT_TRUE(shared.parameters.at("visual.conv1.weight").grad().defined());
}

}  // namespace
}  // namespace tandem_test
