// A model in training computes the same whatever it saves, and leaves out what it is told to.
#include "train/torch/trainable_model.h"
#include "train/torch/adamw.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn_like.h>

#include "backend/encoder.h"
#include "tandem/error.h"
#include "train/torch/linked/training_model.h"

namespace tandem_test {
namespace {

using namespace tandem;
using namespace tandem::torch_train;

/// Features of both towers and the gradients of a random weighing of them.
Parameters features_and_gradients(TrainableModel& model, const Pairs& pairs) {
  at::manual_seed(11);
  const at::Tensor image = model.encode_image(pairs.view(), 5);
  const at::Tensor text = model.encode_text(pairs.tokens);
  ((image * at::randn_like(image)).sum() + (text * at::randn_like(text)).sum()).backward();
  Parameters all = gradients(model);
  all["image"] = image.detach();
  all["text"] = text.detach();
  return all;
}

class EveryModel : public testing::TestWithParam<RandomModel> {
 protected:
  const ModelConfig& config = GetParam().config;
  const Pairs pairs = random_pairs(config, 5);

  Parameters run(const ComputeSection& compute, at::ScalarType dtype = at::kDouble) const {
    return features_and_gradients(*trainable(config, compute, dtype), pairs);
  }
};

TEST_P(EveryModel, FeaturesAreTheEncoders) {
  const TensorStore weights = random_weights(config, 1);
  const auto ref = make_encoder(config, weights, {.backend = BackendKind::ref});
  const auto model = trainable(config);
  model->set_training(false);
  std::vector<double> expected(static_cast<size_t>(pairs.size * config.embed_dim));
  ref->encode_image(pairs.view(), {.embeddings = expected.data()});
  const at::Tensor image = model->encode_image(pairs.view(), 0).detach().contiguous();
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(image.data_ptr<double>()[i], expected[i], 1e-12);
  ref->encode_text(make_text_batch(pairs.tokens, *config.text, TextRows::padded),
                   {.embeddings = expected.data()});
  const at::Tensor text = model->encode_text(pairs.tokens).detach().contiguous();
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(text.data_ptr<double>()[i], expected[i], 1e-12);
}

TEST_P(EveryModel, SavingsChangeNothing) {
  const Parameters plain = run({.packed_texts = false, .pruned_last_block = false});
  expect_same(run({}), plain, 1e-12);
  expect_same(run({.packed_texts = false}), plain, 1e-12);
  expect_same(run({.checkpoint_activations = true}), plain, 1e-12);
}

TEST_P(EveryModel, Bf16IsCloseAndKeepsFloatMasters) {
  const Parameters exact = run({}, at::kFloat), fast = run({.precision = "bf16"}, at::kFloat);
  for (const char* features : {"image", "text"}) {
    const at::Tensor cosine = (exact.at(features) * fast.at(features)).sum(1);
    // bfloat16 keeps 8 bits: 2^-9 a number, over a few layers.
    EXPECT_GT(cosine.min().item<double>(), 0.99) << features;
    EXPECT_FALSE(at::equal(exact.at(features), fast.at(features))) << "nothing ran in bfloat16";
  }
  for (const auto& [name, gradient] : fast) {
    EXPECT_EQ(gradient.scalar_type(), at::kFloat) << name;
    EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << name;
  }
  EXPECT_EQ(fast.size(), exact.size());
}

TEST_P(EveryModel, CheckpointingWorksUnderBf16) {
  const ComputeSection plain{.precision = "bf16"};
  const ComputeSection again{.precision = "bf16", .checkpoint_activations = true};
  // The same operations on the same numbers; sums of a leaf's gradients alone may be ordered anew.
  expect_same(run(again, at::kFloat), run(plain, at::kFloat), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Options, EveryModel, testing::ValuesIn(random_models()),
                         [](const auto& info) { return info.param.name; });

TEST(Checkpointing, WithLockedBlocksBelowReachesTheUnlockedOnes) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 4);
  const auto rules = parameter_rules(config,
                                     {.lock_image = true,
                                      .lock_text = true,
                                      .unlocked_image_blocks = 2,
                                      .unlocked_text_blocks = 1},
                                     {});
  Parameters found[2];
  for (const bool again : {false, true}) {
    const auto model = trainable(config, {.checkpoint_activations = again, .patch_dropout = 0.3});
    model->set_trained(rules);
    found[again] = features_and_gradients(*model, pairs);
  }
  expect_same(found[true], found[false], 1e-12);
  EXPECT_TRUE(found[true].count("visual.transformer.resblocks.1.ln_1.weight"));
  EXPECT_FALSE(found[true].count("visual.transformer.resblocks.0.ln_1.weight"));
}

TEST(PatchDropout, TheSeedDecides) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 4);
  const auto model = trainable(config, {.patch_dropout = 0.5});
  const at::NoGradGuard no_gradients;
  const auto features = [&](uint64_t seed) { return model->encode_image(pairs.view(), seed); };
  EXPECT_TRUE(at::equal(features(1), features(1)));
  EXPECT_GT((features(1) - features(99)).abs().max().item<double>(), 1e-3);

  // Picture i of seed s is picture i - 1 of seed s + 1.
  Pairs later = pairs;
  const size_t picture = pairs.pixels.size() / 4;
  later.pixels.erase(later.pixels.begin(), later.pixels.begin() + static_cast<int64_t>(picture));
  later.size = 3;
  EXPECT_LE((model->encode_image(later.view(), 2) - features(1).narrow(0, 1, 3))
                .abs()
                .max()
                .item<double>(),
            1e-14);
}

TEST(PatchDropout, ValidationSeesEveryPatch) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 4);
  const auto whole = trainable(config), dropping = trainable(config, {.patch_dropout = 0.9});
  dropping->set_training(false);
  EXPECT_TRUE(
      at::equal(dropping->encode_image(pairs.view(), 1), whole->encode_image(pairs.view(), 1)));
  dropping->set_training(true);
  EXPECT_FALSE(
      at::equal(dropping->encode_image(pairs.view(), 1), whole->encode_image(pairs.view(), 1)));
}

TEST(PatchDropout, LeavesOutWholePatchesOfTheStatedShare) {
  // A picture of 4 x 4 patches: changing a patch that is left out changes nothing.
  ModelConfig config = small_vit();
  auto& image = std::get<VisionTransformerConfig>(*config.image);
  image.image_height = 32;
  image.image_width = 24;
  const Pairs pairs = random_pairs(config, 1);
  const at::NoGradGuard no_gradients;
  for (const auto& [share, kept] : {std::pair(0.25, 12), {0.5, 8}, {0.7, 4}, {0.99, 1}}) {
    const auto model = trainable(config, {.patch_dropout = share});
    const at::Tensor features = model->encode_image(pairs.view(), 3);
    int seen = 0;
    for (int patch = 0; patch < 16; ++patch) {
      Pairs changed = pairs;
      changed.pixels[static_cast<size_t>((patch / 4 * 8) * 24 + patch % 4 * 6)] += 5;
      seen += !at::equal(model->encode_image(changed.view(), 3), features);
    }
    EXPECT_EQ(seen, kept) << share;
  }
}

TEST(PatchDropout, TheArchitecturesOwnCountsWhereNoneIsGiven) {
  ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 4);
  const at::Tensor given = trainable(config, {.patch_dropout = 0.5})->encode_image(pairs.view(), 1);
  std::get<VisionTransformerConfig>(*config.image).patch_dropout = 0.5;
  EXPECT_TRUE(at::equal(trainable(config)->encode_image(pairs.view(), 1), given));
}

TEST(PatchDropout, OfAResNetIsRefused) {
  try {
    trainable(random_config("resnet"), {.patch_dropout = 0.5});
    FAIL() << "a ResNet lost patches";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

TEST(BatchNorm, MovesInTrainingAloneAndOnlyWhereItIsTrained) {
  const ModelConfig config = random_config("resnet");
  const Pairs pairs = random_pairs(config, 3);
  const auto moves = [&](const ComputeSection& compute, const ModelSection& section,
                         bool training) {
    const auto model = trainable(config, compute);
    model->set_trained(parameter_rules(config, section, {}));
    model->set_training(training);
    const at::Tensor before = model->parameters().at("visual.bn1.running_mean").clone();
    const at::NoGradGuard no_gradients;
    model->encode_image(pairs.view(), 0);
    return !at::equal(model->parameters().at("visual.bn1.running_mean"), before);
  };
  EXPECT_TRUE(moves({}, {}, true));
  EXPECT_FALSE(moves({}, {}, false));
  EXPECT_FALSE(moves({.frozen_batch_norm = true}, {}, true));
  EXPECT_FALSE(moves({}, {.lock_image = true}, true));
  EXPECT_FALSE(moves({}, {.lock_image = true, .unlocked_image_blocks = 1}, true)) << "the stem";
}

TEST(BatchNorm, AveragedWeightsHaveStatisticsOfTheirOwn) {
  const ModelConfig config = random_config("resnet");
  const Pairs pairs = random_pairs(config, 3);
  const auto with_gain = [&](double gain) {
    auto model = trainable(config);
    model->parameters().at("visual.bn1.weight").detach().fill_(gain);
    return model;
  };
  const auto now = with_gain(1), then = with_gain(3);
  Parameters average;
  average_weights(average, then->parameters(), 0.9);
  const std::string own = "visual.bn2.running_mean";
  const at::Tensor kept = now->parameters().at(own).clone();
  now->observe(average, pairs.view());
  EXPECT_TRUE(at::equal(now->parameters().at(own), kept));
  then->encode_image(pairs.view(), 0);
  for (const auto& [name, tensor] : then->parameters()) {
    EXPECT_TRUE(at::equal(average.at(name), tensor)) << name;
    EXPECT_FALSE(average.at(name).requires_grad()) << name;
  }
  EXPECT_FALSE(at::equal(average.at(own), kept));
}

TEST(TrainableModel, GivesItsWeightsBack) {
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  TrainableModel model(config, weights, {}, at::kCPU);
  const TensorStore back = model.weights();
  ASSERT_EQ(back.tensors.size(), weights.tensors.size());
  for (const auto& [name, tensor] : weights.tensors) {
    EXPECT_EQ(back.find(name)->shape, tensor.shape) << name;
    EXPECT_EQ(to_float(*back.find(name)), to_float(tensor)) << name;
  }
  // A copy: training on does not change it.
  model.parameters().at("ln_final.bias").detach().add_(1);
  EXPECT_EQ(to_float(*back.find("ln_final.bias")), to_float(*weights.find("ln_final.bias")));
}

}  // namespace
}  // namespace tandem_test
