// What the CPU computes in fewer passes is what libtorch's general operations compute: values and
// gradients in f32, held against these in double.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/function.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "backend/f32_tolerance.h"
#include "backend/random_model.h"
#include "backend/torch/cpu_operations.h"
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
using Operation = std::function<at::Tensor(Backend& b, const Leaves& leaves)>;

std::vector<double> values_of(const at::Tensor& x) {
  const at::Tensor y = x.detach().to(at::kDouble).contiguous();
  return {y.data_ptr<double>(), y.data_ptr<double>() + y.numel()};
}

Leaves as_leaves(const Leaves& values, at::ScalarType type) {
  Leaves leaves;
  for (const auto& value : values)
    leaves.push_back(value.to(type, false, /*copy=*/true).set_requires_grad(true));
  return leaves;
}

Leaves moved(const Leaves& values) {
  Leaves result;
  for (const auto& value : values) {
    at::Tensor copy = value.contiguous().clone();
    const std::span<float> numbers(copy.data_ptr<float>(), static_cast<size_t>(copy.numel()));
    std::ranges::copy(moved_by_one_ulp(numbers, 3), numbers.begin());
    result.push_back(copy);
  }
  return result;
}

/// The values, then the gradient of each leaf, of a weighted sum of the values.
std::vector<std::vector<double>> run(const Shared& shared, const Leaves& values,
                                     const Operation& operation) {
  Backend b(shared, nullptr);
  Leaves leaves = as_leaves(values, shared.dtype);
  const at::Tensor y = operation(b, leaves);
  at::manual_seed(11);
  const at::Tensor weights = at::randn(y.sizes());
  (y * weights.to(shared.dtype)).sum().backward();
  std::vector<std::vector<double>> results{values_of(y)};
  for (const auto& leaf : leaves) results.push_back(values_of(leaf.grad()));
  return results;
}

const Shared kFused, kPlainDouble{.dtype = at::kDouble};

void expect_as_plain(const Leaves& values, const Operation& operation) {
  const auto found = run(kFused, values, operation);
  const auto exact = run(kPlainDouble, values, operation);
  const auto near = run(kPlainDouble, moved(values), operation);
  for (size_t i = 0; i < exact.size(); ++i)
    EXPECT_LE(largest_difference(found[i], exact[i]), f32_tolerance(exact[i], near[i]))
        << (i ? "gradient of leaf " + std::to_string(i - 1) : "values");
}

std::string last_node(const Shared& shared, const Leaves& values, const Operation& operation) {
  Backend b(shared, nullptr);
  return operation(b, as_leaves(values, shared.dtype)).grad_fn()->name();
}

class Fused : public testing::Test {
 protected:
  Fused() { at::manual_seed(7); }
};

TEST_F(Fused, LinearWithEveryEpilogue) {
  using enum Activation;
  // More rows than are summed at once, and products from about -9 to 9.
  for (const auto activation : {std::optional<Activation>(), std::optional(quick_gelu),
                                std::optional(gelu), std::optional(gelu_tanh)})
    for (const bool bias : {false, true})
      for (const bool residual : {false, true}) {
        SCOPED_TRACE(testing::Message() << "activation " << (activation ? name_of(*activation) : "")
                                        << " bias " << bias << " residual " << residual);
        Leaves leaves{at::randn({147, 20}), at::randn({37, 20}) * 0.7};
        if (bias) leaves.push_back(at::randn({37}));
        if (residual) leaves.push_back(at::randn({147, 37}));
        expect_as_plain(leaves, [&](Backend& b, const Leaves& leaf) {
          return b.linear(
              leaf[0], {leaf[1], bias ? leaf[2] : at::Tensor()},
              {.activation = activation, .residual = residual ? &leaf.back() : nullptr});
        });
      }
}

TEST_F(Fused, LinearOfViews) {
  expect_as_plain({at::randn({9, 24}), at::randn({12, 7}), at::randn({30})}, [](Backend& b,
                                                                                const Leaves&
                                                                                    leaf) {
    const at::Tensor x = b.slice_columns(leaf[0], 6, 12);
    return b.linear(x, {leaf[1].t(), leaf[2].narrow(0, 5, 7)}, {.activation = Activation::gelu});
  });
}

TEST_F(Fused, AGradientThatOthersReadIsNotWritten) {
  // The sum gives both its sides one gradient; the activation's backward pass would write it.
  expect_as_plain({at::randn({9, 12}), at::randn({12, 12})}, [](Backend& b, const Leaves& leaf) {
    const at::Tensor y = b.linear(leaf[0], {leaf[1], {}}, {.activation = Activation::quick_gelu});
    return b.add(y, leaf[0], nullptr);
  });
}

TEST_F(Fused, WhatAsksForNoGradientGetsNone) {
  Backend b(kFused, nullptr);
  const at::Tensor x = at::randn({5, 4}), weight = at::randn({3, 4}),
                   bias = at::randn({3}).set_requires_grad(true);
  b.linear(x, {weight, bias}, {}).sum().backward();
  EXPECT_TRUE(at::equal(bias.grad(), at::full({3}, 5.0F)));
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(b.linear(x, {weight, {}}, {}).requires_grad());
}

struct AttentionCase {
  std::string name;
  Sequences sequences;
  std::vector<int64_t> query_rows;
};

std::vector<AttentionCase> attention_cases() {
  using enum Sequences::Attends;
  return {
      {"pictures", Sequences::uniform(3, 50, all), {}},
      {"several_tiles", Sequences::uniform(1, 150, all), {}},
      {"several_tiles_causal", Sequences::uniform(1, 150, before), {}},
      {"packed", {before, {0, 8, 33, 34, 34, 51}}, {}},
      {"unequal", {all, {0, 8, 33, 34, 34, 51}}, {}},
      {"pooled", Sequences::uniform(3, 50, all), {0, 50, 100}},
      {"pooled_at_the_end", {before, {0, 8, 33, 34, 34, 51}}, {7, 32, 33, 50}},
      {"some_rows", {before, {0, 8, 33, 34, 34, 51}}, {3, 7, 10, 40}},
  };
}

class FusedAttention : public testing::TestWithParam<AttentionCase> {
 protected:
  FusedAttention() { at::manual_seed(7); }
  const Sequences& sequences = GetParam().sequences;
  const std::vector<int64_t>& query_rows = GetParam().query_rows;
  const int64_t rows = sequences.rows();
  const int64_t queries = query_rows.empty() ? rows : static_cast<int64_t>(query_rows.size());
  static constexpr int64_t kWidth = 2 * 20;  // a head is no whole number of registers

  at::Tensor attend(Backend& b, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) const {
    return b.attention(q, k, v, {.heads = 2, .scale = 0.4}, sequences, query_rows);
  }
};

TEST_P(FusedAttention, OfSeparateMatrices) {
  const Leaves leaves{at::randn({queries, kWidth}), at::randn({rows, kWidth}),
                      at::randn({rows, kWidth})};
  const Operation operation = [this](Backend& b, const Leaves& leaf) {
    return attend(b, leaf[0], leaf[1], leaf[2]);
  };
  EXPECT_NE(last_node(kFused, leaves, operation).find("AttentionBackward"), std::string::npos);
  expect_as_plain(leaves, operation);
}

TEST_P(FusedAttention, OfSlicesOfOneProduct) {
  expect_as_plain({at::randn({queries, kWidth}), at::randn({rows, 5}), at::randn({3 * kWidth, 5})},
                  [this](Backend& b, const Leaves& leaf) {
                    // Of three slices two or three are used; the unused one has no gradient.
                    const at::Tensor product = b.linear(leaf[1], {leaf[2], {}}, {});
                    const auto slice = [&](int64_t i) {
                      return b.slice_columns(product, i * kWidth, kWidth);
                    };
                    const at::Tensor q = query_rows.empty() ? slice(0) : leaf[0] * 1;
                    return attend(b, q, slice(1), slice(2)) + leaf[0];
                  });
}

TEST_P(FusedAttention, GivesTheSameBitsForAnyThreadsAndInAnyCompany) {
  const Leaves values{at::randn({queries, kWidth}), at::randn({rows, kWidth}),
                      at::randn({rows, kWidth})};
  const Operation operation = [this](Backend& b, const Leaves& leaf) {
    return attend(b, leaf[0], leaf[1], leaf[2]);
  };
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(kFused, values, operation);
  at::set_num_threads(3);
  EXPECT_EQ(run(kFused, values, operation), alone);
  at::set_num_threads(threads);
  if (!query_rows.empty()) return;
  // The first sequence by itself.
  const int64_t length = sequences.offsets[1];
  const auto first = run(kFused,
                         {values[0].narrow(0, 0, length), values[1].narrow(0, 0, length),
                          values[2].narrow(0, 0, length)},
                         [&](Backend& b, const Leaves& leaf) {
                           return b.attention(leaf[0], leaf[1], leaf[2], {.heads = 2, .scale = 0.4},
                                              Sequences::uniform(1, length, sequences.attends), {});
                         });
  EXPECT_TRUE(std::equal(first[0].begin(), first[0].end(), alone[0].begin()));
}

INSTANTIATE_TEST_SUITE_P(Shapes, FusedAttention, testing::ValuesIn(attention_cases()),
                         [](const auto& info) { return info.param.name; });

TEST_F(Fused, AttentionOfSlicesThatOverlap) {
  const auto sequences = Sequences::uniform(3, 5, Sequences::Attends::all);
  for (const int64_t key : {0, 4, 8, 16})
    expect_as_plain({at::randn({15, 32})}, [&](Backend& b, const Leaves& leaf) {
      const auto q = b.slice_columns(leaf[0], 0, 8), k = b.slice_columns(leaf[0], key, 8);
      return b.attention(q, k, q, {.heads = 2, .scale = 0.4}, sequences, {});
    });
}

TEST_F(Fused, AttentionOfALeafThatIsAView) {
  const auto sequences = Sequences::uniform(3, 5, Sequences::Attends::all);
  Backend b(kFused, nullptr);
  const at::Tensor base = at::randn({15, 32});
  at::Tensor leaf = base.narrow(1, 8, 8);
  leaf.set_requires_grad(true);
  b.attention(leaf, base.narrow(1, 0, 8), base.narrow(1, 16, 8), {.heads = 2, .scale = 0.4},
              sequences, {})
      .sum()
      .backward();
  EXPECT_TRUE(leaf.grad().defined());
}

TEST_F(Fused, TriesHiddenRowsAndUnorderedQueriesAreLeftToTheGeneralOperations) {
  using enum Sequences::Attends;
  using torch_backend::cpu_operations::attends;
  const std::vector<int64_t> ordered = {1, 4}, twice = {1, 1}, unordered = {4, 1};
  EXPECT_TRUE(attends(Sequences::uniform(2, 3, all), {}));
  EXPECT_TRUE(attends(Sequences::uniform(2, 3, before), ordered));
  EXPECT_FALSE(attends(Sequences::uniform(2, 3, before), twice));
  EXPECT_FALSE(attends(Sequences::uniform(2, 3, before), unordered));
  EXPECT_FALSE(attends({ancestors, {0, 2}, {-1, 0}}, {}));
  EXPECT_FALSE(attends({all, {0, 2}, {}, {0, 1}}, {}));
}

/// A whole tower, from its parameters to its features.
class FusedTowers : public testing::TestWithParam<RandomModel> {
 protected:
  using Results = std::map<std::string, std::vector<double>>;

  Results results(const TensorStore& weights, Shared shared) const {
    torch_backend::keep_parameters(shared, config, weights);
    Backend b(shared, nullptr);
    Results all;
    for (const bool image : {true, false}) {
      const at::Tensor y = image ? picture_features(b) : text_features(b);
      at::manual_seed(11);
      (y * at::randn(y.sizes()).to(shared.dtype)).sum().backward();
      all[image ? "image" : "text"] = values_of(y);
    }
    for (const auto& [name, leaf] : shared.parameters)
      if (leaf.grad().defined()) all["gradient of " + name] = values_of(leaf.grad());
    return all;
  }

  at::Tensor text_features(Backend& b) const {
    return forward(b, prepare_text_transformer(b, shapes, *config.text), batch);
  }
  at::Tensor picture_features(Backend& b) const {
    const Pixels pixels{.values = picture_values,
                        .batch = 2,
                        .height = config.image_size()[0],
                        .width = config.image_size()[1]};
    if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config.image))
      return forward(b, prepare_vision_transformer(b, shapes, *vit, config.embed_dim), pixels);
    return forward(
        b, prepare_modified_resnet(b, shapes, std::get<ModifiedResNetConfig>(*config.image)),
        pixels);
  }

  const ModelConfig config = GetParam().config;
  const TensorStore shapes = random_weights(config, 1);
  const std::vector<float> picture_values = random_pixels(config, 2, 3);
  const TextBatch batch =
      make_text_batch(random_tokens(*config.text, 5, 5), *config.text, TextRows::packed);
};

// What scores differ by from key to key alone counts, so a bias of keys has the gradient 0: its
// rounding is that of the queries' bias, whose terms have the same size.
std::string judged_by(std::string name) {
  for (const std::string key : {"ln_k.bias", "k_proj.bias"})
    if (const size_t at = name.find(key); at != std::string::npos) name[at + key.find('k')] = 'q';
  return name;
}

TEST_P(FusedTowers, HaveThePlainOnesFeaturesAndGradients) {
  const Results found = results(shapes, kFused), exact = results(shapes, kPlainDouble),
                near = results(moved_by_one_ulp(shapes, 5), kPlainDouble);
  ASSERT_EQ(found.size(), exact.size());
  for (const auto& [name, values] : exact) {
    const std::string judge = judged_by(name);
    EXPECT_LE(largest_difference(found.at(name), values),
              f32_tolerance(exact.at(judge), near.at(judge)))
        << name;
  }
}

TEST_P(FusedTowers, GiveTheSameBitsAgain) {
  EXPECT_EQ(results(shapes, kFused), results(shapes, kFused));
}

INSTANTIATE_TEST_SUITE_P(Options, FusedTowers, testing::ValuesIn(random_models()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tandem_test
