// One loss over a batch in portions is the loss over the batch, gradients included.
#include "train/torch/gradient_cache.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>

#include <cmath>

#include "tandem/error.h"
#include "train/torch/linked/training_model.h"
#include "train/torch/thread_ranks.h"

namespace tandem_test {
namespace {

using namespace tandem;
using namespace tandem::torch_train;

constexpr int64_t kTeacherWidth = 3;

/// Portions of a batch, given twice where there are several.
class Portions {
 public:
  Portions(const Pairs& pairs, std::vector<int64_t> sizes, int64_t first = 0)
      : pairs_(pairs), sizes_(std::move(sizes)), first_(first), begin_(first) {}

  const MicroBatch& next() {
    const size_t index = asked_++ % sizes_.size();
    if (index == 0) begin_ = first_;
    const int64_t size = sizes_[index];
    const auto part = [&](const auto& all) {
      const auto row = static_cast<int64_t>(all.size()) / pairs_.size;
      return std::vector(all.begin() + begin_ * row, all.begin() + (begin_ + size) * row);
    };
    std::vector<float> teacher(static_cast<size_t>(pairs_.size * kTeacherWidth));
    for (size_t i = 0; i < teacher.size(); ++i) teacher[i] = std::sin(static_cast<float>(i));
    current_ = {.first_position = 100 + begin_,
                .size = size,
                .pixels = part(pairs_.pixels),
                .tokens = part(pairs_.tokens),
                .teacher_images = part(teacher),
                .teacher_texts = part(teacher)};
    begin_ += size;
    return current_;
  }
  int64_t count() const { return static_cast<int64_t>(sizes_.size()); }
  size_t asked() const { return asked_; }

 private:
  const Pairs& pairs_;
  std::vector<int64_t> sizes_;
  int64_t first_, begin_;
  size_t asked_ = 0;
  MicroBatch current_;
};

/// InfoNCE, SigLIP's or a mixture with distillation.
BatchLoss batch_loss(const std::string& name, TrainableModel& model, Communicator& communicator) {
  return [&, name](const BatchFeatures& features) {
    const at::Tensor &image = features.image, &text = features.text;
    const at::Tensor& scale = model.parameters().at("logit_scale");
    if (name == "sigmoid")
      return sigmoid_loss(image, text, scale, model.parameters().at("logit_bias"), communicator);
    LossResult result = infonce(image, text, scale, communicator);
    if (name == "infonce") return result;
    const auto tensor = [&](std::vector<float> values) {
      return at::from_blob(values.data(), {image.size(0), kTeacherWidth}, at::kFloat)
          .to(image.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
    };
    const LossResult teacher = distillation(image, text, scale, tensor(features.teacher_images),
                                            tensor(features.teacher_texts), 5, communicator);
    result.loss = result.loss + teacher.loss;
    result.grad_image = result.grad_image + teacher.grad_image;
    result.grad_text = result.grad_text + teacher.grad_text;
    result.grad_logit_scale = result.grad_logit_scale + teacher.grad_logit_scale;
    return result;
  };
}

struct Outcome {
  double loss = 0;
  Parameters gradients;
};

Outcome accumulate(TrainableModel& model, Portions& portions, const std::string& loss,
                   Communicator& communicator) {
  const StepLoss step = accumulate_gradients(
      model, portions.count(), [&]() -> const MicroBatch& { return portions.next(); },
      batch_loss(loss, model, communicator), 7, communicator);
  return {step.loss, gradients(model)};
}

Outcome accumulate(TrainableModel& model, const Pairs& pairs, const std::vector<int64_t>& sizes,
                   const std::string& loss = "infonce") {
  Outcome outcome;
  run_ranks(1, [&](Communicator& alone) {
    Portions portions(pairs, sizes);
    outcome = accumulate(model, portions, loss, alone);
  });
  return outcome;
}

/// Of all gradients as one vector.
double relative_difference(const Parameters& found, const Parameters& expected) {
  double apart = 0, length = 0;
  for (const auto& [name, tensor] : expected) {
    const at::Tensor exact = tensor.to(at::kDouble);
    apart += (found.at(name) - exact).square().sum().item<double>();
    length += exact.square().sum().item<double>();
  }
  return std::sqrt(apart / length);
}

// A shade for each picture. An untrained tower sees noise as noise: features lie close together,
// the loss' gradient is made of their small differences, and in f32 has their rounding many times.
void tell_apart(Pairs& pairs) {
  const size_t numbers = pairs.pixels.size() / static_cast<size_t>(pairs.size);
  for (size_t i = 0; i < pairs.pixels.size(); ++i)
    pairs.pixels[i] += 3 * std::sin(static_cast<float>(1 + i / numbers));
}

const std::vector<std::vector<int64_t>> kCuts = {{4, 4, 4}, {1, 7, 4}, {11, 1}};

TEST(GradientCache, AccumulatedEqualsTheBigBatch) {
  for (const char* loss : {"infonce", "sigmoid", "distilled"}) {
    SCOPED_TRACE(loss);
    ModelConfig config = small_vit();
    config.logit_bias = std::string(loss) == "sigmoid";
    Pairs pairs = random_pairs(config, 12);
    tell_apart(pairs);
    for (const auto& sizes : kCuts) {
      // As trained, in f32: the whole gradient to 1e-6, logit_scale's too.
      const Outcome whole = accumulate(*trainable(config, {}, at::kFloat), pairs, {12}, loss);
      const Outcome cut = accumulate(*trainable(config, {}, at::kFloat), pairs, sizes, loss);
      EXPECT_EQ(whole.gradients.size(), weight_table(config).size());
      EXPECT_NEAR(cut.loss, whole.loss, 1e-6 * whole.loss);
      EXPECT_LE(relative_difference(cut.gradients, whole.gradients), 1e-6);
      const double scale = whole.gradients.at("logit_scale").item<double>();
      EXPECT_NEAR(cut.gradients.at("logit_scale").item<double>(), scale, 1e-6 * std::abs(scale));
      // In double, each tensor but for rounding.
      expect_same(accumulate(*trainable(config), pairs, sizes, loss).gradients,
                  accumulate(*trainable(config), pairs, {12}, loss).gradients, 1e-13);
    }
  }
}

TEST(GradientCache, PatchDropoutIsTheSameHoweverTheBatchIsCut) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 12);
  const ComputeSection compute{.patch_dropout = 0.5};
  const Outcome whole = accumulate(*trainable(config, compute), pairs, {12});
  const Outcome without = accumulate(*trainable(config), pairs, {12});
  EXPECT_GT(std::abs(whole.loss - without.loss), 1e-3);
  for (const auto& sizes : kCuts)
    expect_same(accumulate(*trainable(config, compute), pairs, sizes).gradients, whole.gradients,
                1e-13);
}

TEST(GradientCache, OnePortionIsAskedForOnceAndSeveralTwice) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 6);
  const auto model = trainable(config);
  run_ranks(1, [&](Communicator& alone) {
    Portions one(pairs, {6}), three(pairs, {2, 2, 2});
    accumulate(*model, one, "infonce", alone);
    EXPECT_EQ(one.asked(), 1u);
    accumulate(*model, three, "infonce", alone);
    EXPECT_EQ(three.asked(), 6u);
  });
}

TEST(GradientCache, AddsToGradientsThatAreThere) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 6);
  const auto model = trainable(config);
  Parameters expected = accumulate(*model, pairs, {6}).gradients;
  for (auto& [name, gradient] : expected) gradient = gradient * 2;
  expect_same(accumulate(*model, pairs, {3, 3}).gradients, expected, 1e-13);
}

TEST(GradientCache, TwoRanksAreOneProcess) {
  for (const char* loss : {"infonce", "sigmoid", "distilled"})
    for (const auto& cut : {std::vector<int64_t>{6}, std::vector<int64_t>{4, 2}}) {
      SCOPED_TRACE(testing::Message() << loss << " in " << cut.size());
      ModelConfig config = small_vit();
      config.logit_bias = true;
      const Pairs pairs = random_pairs(config, 12);
      const ComputeSection compute{.patch_dropout = 0.5};
      const Outcome whole = accumulate(*trainable(config, compute), pairs, {12}, loss);
      Outcome of_rank[2];
      run_ranks(2, [&](Communicator& communicator) {
        const auto model = trainable(config, compute);
        Portions portions(pairs, cut, communicator.rank() * 6);
        of_rank[communicator.rank()] = accumulate(*model, portions, loss, communicator);
      });
      for (const Outcome& outcome : of_rank) {
        EXPECT_NEAR(outcome.loss, whole.loss, 1e-13 * std::max(1.0, whole.loss));
        expect_same(outcome.gradients, whole.gradients, 1e-13);
      }
      for (const auto& [name, gradient] : of_rank[0].gradients)
        EXPECT_TRUE(at::equal(gradient, of_rank[1].gradients.at(name))) << name;
    }
}

TEST(GradientCache, LockedTowersGetNoGradientAndTheOtherOnesStay) {
  const ModelConfig config = small_vit();
  const Pairs pairs = random_pairs(config, 12);
  const Outcome all = accumulate(*trainable(config), pairs, {12});
  for (const ModelSection& section :
       {ModelSection{.lock_image = true}, ModelSection{.lock_text = true},
        ModelSection{.lock_image = true, .unlocked_image_blocks = 2},
        ModelSection{.lock_image = true, .lock_text = true, .unlocked_text_blocks = 1},
        ModelSection{.lock_image = true, .lock_text = true}})
    for (const auto& sizes : {std::vector<int64_t>{12}, std::vector<int64_t>{5, 7}}) {
      const auto rules = parameter_rules(config, section, {});
      Parameters expected;
      for (const auto& rule : rules)
        if (rule.trained) expected[rule.name] = all.gradients.at(rule.name);
      const auto model = trainable(config);
      model->set_trained(rules);
      expect_same(accumulate(*model, pairs, sizes).gradients, expected, 1e-13);
    }
}

TEST(GradientCache, BatchNormOfTheBatchIsRefusedInPortions) {
  const ModelConfig config = random_config("resnet");
  const Pairs pairs = random_pairs(config, 4);
  EXPECT_NO_THROW(accumulate(*trainable(config), pairs, {4}));
  try {
    accumulate(*trainable(config), pairs, {2, 2});
    FAIL() << "portions were taken for the whole batch";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find("compute.frozen_batch_norm"), std::string::npos);
  }
  // Locked, it stands still.
  const auto locked = trainable(config);
  locked->set_trained(parameter_rules(config, {.lock_image = true}, {}));
  EXPECT_NO_THROW(accumulate(*locked, pairs, {2, 2}));
}

TEST(GradientCache, FrozenBatchNormIsExactInPortions) {
  const ModelConfig config = random_config("resnet");
  const Pairs pairs = random_pairs(config, 6);
  const ComputeSection frozen{.frozen_batch_norm = true};
  const Outcome whole = accumulate(*trainable(config, frozen), pairs, {6});
  expect_same(accumulate(*trainable(config, frozen), pairs, {4, 2}).gradients, whole.gradients,
              1e-12);
}

}  // namespace
}  // namespace tandem_test
