// Tiled losses against the whole matrix in double, and every gradient against finite differences.
#include "train/torch/loss.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "train/torch/thread_ranks.h"
#include "train/torch/tiles.h"

namespace tandem_test {
namespace {

using namespace tandem::torch_train;

constexpr double kTeacherScale = 20;

/// What a loss takes; gradients are those of the first four.
struct Inputs {
  at::Tensor image, text, logit_scale, logit_bias, teacher_image, teacher_text, meanings;
};

Inputs random_inputs(int64_t n) {
  at::manual_seed(3);
  const auto features = [n](int64_t width) {
    const at::Tensor x = at::randn({n, width}, at::TensorOptions(at::kDouble));
    return x / x.norm(2, {1}, /*keepdim=*/true);
  };
  const auto options = at::TensorOptions(at::kDouble);
  return {features(5), features(5), at::full({}, 2.5, options),        at::full({}, -4, options),
          features(3), features(3), at::arange(n).remainder(1 + n / 3)};
}

struct Loss {
  std::string name;
  std::function<LossResult(const Inputs&, Communicator&)> tiled;
  std::function<at::Tensor(const Inputs&)> whole;  // the definition, from the whole matrix
};

at::Tensor cross_entropy(const at::Tensor& logits) {
  return -at::log_softmax(logits, 1).diagonal().mean();
}

at::Tensor divergence(const at::Tensor& teacher, const at::Tensor& student) {
  const at::Tensor log_teacher = at::log_softmax(teacher, 1);
  return (log_teacher.exp() * (log_teacher - at::log_softmax(student, 1))).sum(1).mean();
}

at::Tensor logits_of(const Inputs& in) {
  return at::matmul(in.image, in.text.t()) * in.logit_scale.exp();
}

std::vector<Loss> losses() {
  return {
      {"infonce",
       [](const Inputs& in, Communicator& communicator) {
         return infonce(in.image, in.text, in.logit_scale, communicator);
       },
       [](const Inputs& in) {
         const at::Tensor logits = logits_of(in);
         return (cross_entropy(logits) + cross_entropy(logits.t())) / 2;
       }},
      {"shared_meanings",
       [](const Inputs& in, Communicator& communicator) {
         return infonce(in.image, in.text, in.logit_scale, communicator, in.meanings);
       },
       [](const Inputs& in) {
         const at::Tensor logits = logits_of(in);
         const at::Tensor same =
             in.meanings.unsqueeze(1).eq(in.meanings.unsqueeze(0)).to(at::kDouble);
         const at::Tensor target = same / same.sum(1, /*keepdim=*/true);
         return -(target * (at::log_softmax(logits, 1) + at::log_softmax(logits.t(), 1)))
                     .sum(1)
                     .mean() /
                2;
       }},
      {"sigmoid",
       [](const Inputs& in, Communicator& communicator) {
         return sigmoid_loss(in.image, in.text, in.logit_scale, in.logit_bias, communicator);
       },
       [](const Inputs& in) {
         const at::Tensor logits = logits_of(in) + in.logit_bias;
         at::Tensor signs = -at::ones_like(logits.detach());
         signs.diagonal().fill_(1);
         return -at::log_sigmoid(signs * logits).sum() / in.image.size(0);
       }},
      {"distillation",
       [](const Inputs& in, Communicator& communicator) {
         return distillation(in.image, in.text, in.logit_scale, in.teacher_image, in.teacher_text,
                             kTeacherScale, communicator);
       },
       [](const Inputs& in) {
         const at::Tensor student = logits_of(in);
         const at::Tensor teacher =
             at::matmul(in.teacher_image, in.teacher_text.t()) * kTeacherScale;
         return (divergence(teacher, student) + divergence(teacher.t(), student.t())) / 2;
       }},
  };
}

class Losses : public testing::TestWithParam<Loss> {};

void expect_close(const at::Tensor& found, const at::Tensor& expected, double tolerance,
                  const std::string& what) {
  ASSERT_EQ(found.numel(), expected.numel()) << what;
  EXPECT_LE((found - expected).abs().max().item<double>(), tolerance) << what;
}

LossResult alone(const Loss& loss, const Inputs& inputs) {
  LossResult result;
  run_ranks(1, [&](Communicator& communicator) { result = loss.tiled(inputs, communicator); });
  return result;
}

// One tile, tiles of odd sizes, one pair.
TEST_P(Losses, AreTheWholeMatrixInTiles) {
  for (const int64_t n : {int64_t{1}, int64_t{7}, kTileEdge, kTileEdge + 37}) {
    SCOPED_TRACE(n);
    Inputs inputs = random_inputs(n);
    const LossResult result = alone(GetParam(), inputs);
    for (at::Tensor* leaf : {&inputs.image, &inputs.text, &inputs.logit_scale, &inputs.logit_bias})
      leaf->set_requires_grad(true);
    const at::Tensor whole = GetParam().whole(inputs);
    whole.backward();
    // Sums of n terms of size 1 in another order.
    const double tolerance = 1e-15 * static_cast<double>(100 + n);
    expect_close(result.loss, whole.detach(), tolerance * (1 + std::abs(whole.item<double>())),
                 "loss");
    expect_close(result.grad_image, inputs.image.grad(), tolerance * 12, "image");
    expect_close(result.grad_text, inputs.text.grad(), tolerance * 12, "text");
    expect_close(result.grad_logit_scale, inputs.logit_scale.grad(), tolerance * 12, "scale");
    if (inputs.logit_bias.grad().defined())
      expect_close(result.grad_logit_bias, inputs.logit_bias.grad(), tolerance, "bias");
    else
      EXPECT_FALSE(result.grad_logit_bias.defined());
  }
}

TEST_P(Losses, GradientsAreFiniteDifferences) {
  const Inputs inputs = random_inputs(7);
  const LossResult result = alone(GetParam(), inputs);
  const auto check = [&](at::Tensor Inputs::*leaf, const at::Tensor& gradient, const char* name) {
    const at::Tensor direction = at::randn_like(inputs.*leaf);
    const auto moved = [&](double step) {
      Inputs at = inputs;
      at.*leaf = inputs.*leaf + direction * step;
      return alone(GetParam(), at).loss.item<double>();
    };
    const auto difference = [&](double step) { return (moved(step) - moved(-step)) / (2 * step); };
    // Richardson's step takes h^2 away; what remains is rounding, 2^-53 / h of the loss.
    const double expected = (4 * difference(1e-5) - difference(2e-5)) / 3;
    EXPECT_NEAR((gradient * direction).sum().item<double>(), expected, 1e-9) << name;
  };
  check(&Inputs::image, result.grad_image, "image");
  check(&Inputs::text, result.grad_text, "text");
  check(&Inputs::logit_scale, result.grad_logit_scale, "logit_scale");
  if (result.grad_logit_bias.defined())
    check(&Inputs::logit_bias, result.grad_logit_bias, "logit_bias");
}

TEST_P(Losses, OfRanksAreThoseOfOneProcess) {
  struct Case {
    int ranks;
    int64_t each;
  };
  for (const auto& [ranks, each] : {Case{2, 5}, Case{3, 1}, Case{2, kTileEdge + 3}}) {
    SCOPED_TRACE(testing::Message() << ranks << " ranks of " << each);
    const Inputs inputs = random_inputs(ranks * each);
    const LossResult whole = alone(GetParam(), inputs);
    std::vector<LossResult> parts(static_cast<size_t>(ranks));
    run_ranks(ranks, [rows = each, &inputs, &parts](Communicator& communicator) {
      Inputs own = inputs;
      for (at::Tensor Inputs::*features : {&Inputs::image, &Inputs::text, &Inputs::teacher_image,
                                           &Inputs::teacher_text, &Inputs::meanings})
        own.*features = (inputs.*features).narrow(0, communicator.rank() * rows, rows);
      parts[static_cast<size_t>(communicator.rank())] = GetParam().tiled(own, communicator);
    });
    const double tolerance = 1e-15 * static_cast<double>(1000 + ranks * each);
    at::Tensor loss = at::zeros_like(whole.loss), scale = at::zeros_like(whole.grad_logit_scale);
    for (int rank = 0; rank < ranks; ++rank) {
      const LossResult& part = parts[static_cast<size_t>(rank)];
      // Averaging over ranks makes them the whole batch's.
      expect_close(part.grad_image / ranks, whole.grad_image.narrow(0, rank * each, each),
                   tolerance, "image");
      expect_close(part.grad_text / ranks, whole.grad_text.narrow(0, rank * each, each), tolerance,
                   "text");
      loss += part.loss / ranks;
      scale += part.grad_logit_scale / ranks;
    }
    expect_close(loss, whole.loss, tolerance * (1 + whole.loss.item<double>()), "loss");
    expect_close(scale, whole.grad_logit_scale, tolerance * 12, "logit_scale");
  }
}

TEST_P(Losses, StayFiniteForLogitsOfAHundredInFloat) {
  Inputs inputs = random_inputs(40);
  for (at::Tensor* tensor : {&inputs.image, &inputs.text, &inputs.logit_scale, &inputs.logit_bias,
                             &inputs.teacher_image, &inputs.teacher_text})
    *tensor = tensor->to(at::kFloat);
  inputs.logit_scale.fill_(std::log(100.0));
  const LossResult result = alone(GetParam(), inputs);
  for (const at::Tensor& value :
       {result.loss, result.grad_image, result.grad_text, result.grad_logit_scale})
    EXPECT_TRUE(value.isfinite().all().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Each, Losses, testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param.name; });

TEST(Distillation, OfItsOwnTeacherIsNothing) {
  Inputs inputs = random_inputs(9);
  inputs.teacher_image = inputs.image;
  inputs.teacher_text = inputs.text;
  LossResult result;
  run_ranks(1, [&](Communicator& communicator) {
    result = distillation(inputs.image, inputs.text, inputs.logit_scale, inputs.teacher_image,
                          inputs.teacher_text, std::exp(2.5), communicator);
  });
  expect_close(result.loss, at::zeros_like(result.loss), 1e-14, "loss");
  expect_close(result.grad_image, at::zeros_like(result.grad_image), 1e-14, "image");
}

}  // namespace
}  // namespace tandem_test
