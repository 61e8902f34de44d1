// One step of AdamW by hand, and what surrounds it.
#include "train/torch/adamw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tandem_test {
namespace {

using namespace tandem;
using namespace tandem::torch_train;

const OptimizerSection kOptimizer{.beta1 = 0.8, .beta2 = 0.9, .eps = 1e-3, .weight_decay = 0.1};

at::Tensor leaf(double value) {
  return at::full({2}, value, at::TensorOptions(at::kDouble)).set_requires_grad(true);
}

void set_gradient(at::Tensor& parameter, double value) {
  parameter.mutable_grad() = at::full_like(parameter.detach(), value);
}

double value(const at::Tensor& tensor) { return tensor.detach().flatten()[0].item<double>(); }

TEST(AdamW, StepsAsTheFormulaSays) {
  const std::vector<ParameterRule> rules = {{.name = "matrix", .lr_factor = 0.5},
                                            {.name = "gain", .decayed = false}};
  Parameters parameters{{"matrix", leaf(2)}, {"gain", leaf(3)}};
  AdamW optimizer(rules, kOptimizer);
  double p[2] = {2, 3}, m[2] = {}, v[2] = {};
  for (int t = 1; t <= 3; ++t) {
    const double gradient[2] = {0.3 * t, -1.0 / t};
    set_gradient(parameters.at("matrix"), gradient[0]);
    set_gradient(parameters.at("gain"), gradient[1]);
    optimizer.step(parameters, 0.01);
    for (int i = 0; i < 2; ++i) {
      const double lr = i == 0 ? 0.005 : 0.01;
      if (i == 0) p[i] *= 1 - lr * 0.1;
      m[i] = 0.8 * m[i] + 0.2 * gradient[i];
      v[i] = 0.9 * v[i] + 0.1 * gradient[i] * gradient[i];
      p[i] -= lr * (m[i] / (1 - std::pow(0.8, t))) /
              (std::sqrt(v[i]) / std::sqrt(1 - std::pow(0.9, t)) + 1e-3);
    }
    EXPECT_NEAR(value(parameters.at("matrix")), p[0], 1e-14);
    EXPECT_NEAR(value(parameters.at("gain")), p[1], 1e-14);
  }
  EXPECT_EQ(optimizer.steps(), 3);
  EXPECT_NEAR(value(optimizer.moments().at("m.matrix")), m[0], 1e-15);
  EXPECT_NEAR(value(optimizer.moments().at("v.gain")), v[1], 1e-15);
}

TEST(AdamW, ClearsGradientsAndLeavesTheUntrainedAlone) {
  Parameters parameters{{"locked", leaf(2)}, {"idle", leaf(2)}, {"trained", leaf(2)}};
  AdamW optimizer({{.name = "locked", .trained = false}, {.name = "idle"}, {.name = "trained"}},
                  kOptimizer);
  set_gradient(parameters.at("locked"), 1);
  set_gradient(parameters.at("trained"), 1);
  optimizer.step(parameters, 0.1);
  EXPECT_EQ(value(parameters.at("locked")), 2);
  EXPECT_EQ(value(parameters.at("idle")), 2) << "no gradient, no decay";
  EXPECT_LT(value(parameters.at("trained")), 2);
  EXPECT_FALSE(parameters.at("trained").grad().defined());
  EXPECT_EQ(optimizer.moments().size(), 2u);
}

TEST(AdamW, GoesOnFromItsMomentsBitForBit) {
  const std::vector<ParameterRule> rules = {{.name = "p"}};
  const auto train = [&](AdamW& optimizer, Parameters& parameters, int from, int to) {
    for (int step = from; step < to; ++step) {
      set_gradient(parameters.at("p"), std::sin(step));
      optimizer.step(parameters, 0.01);
    }
  };
  Parameters unbroken{{"p", leaf(1)}}, broken{{"p", leaf(1)}};
  AdamW whole(rules, kOptimizer), before(rules, kOptimizer), after(rules, kOptimizer);
  train(whole, unbroken, 0, 7);
  train(before, broken, 0, 4);
  for (const auto& [name, moment] : before.moments()) after.moments()[name] = moment.clone();
  after.set_steps(before.steps());
  train(after, broken, 4, 7);
  EXPECT_TRUE(at::equal(broken.at("p"), unbroken.at("p")));
}

TEST(Clipping, ScalesWhatIsTooLong) {
  Parameters parameters{{"a", leaf(0)}, {"b", leaf(0)}, {"none", leaf(0)}};
  set_gradient(parameters.at("a"), 3);
  set_gradient(parameters.at("b"), 4);
  const double norm = gradient_norm(parameters);
  EXPECT_NEAR(norm, std::sqrt(2 * 9.0 + 2 * 16.0), 1e-14);
  clip_gradients(parameters, norm, 100);
  EXPECT_EQ(value(parameters.at("a").grad()), 3);
  clip_gradients(parameters, norm, 1);
  EXPECT_NEAR(value(parameters.at("a").grad()), 3 / (norm + 1e-6), 1e-15);
  EXPECT_NEAR(gradient_norm(parameters), norm / (norm + 1e-6), 1e-14);
}

TEST(LogitScale, StaysBetweenOneAndTheLimit) {
  Parameters parameters{{"logit_scale", leaf(7)}};
  clamp_logit_scale(parameters, 100);
  EXPECT_DOUBLE_EQ(value(parameters.at("logit_scale")), std::log(100.0));
  parameters.at("logit_scale").detach().fill_(-1);
  clamp_logit_scale(parameters, 100);
  EXPECT_EQ(value(parameters.at("logit_scale")), 0);
}

TEST(Average, FollowsSlowlyAndLeavesStatisticsToObservation) {
  Parameters now{{"p", leaf(1)}, {"running_mean", leaf(1).detach()}};
  Parameters average;
  average_weights(average, now, 0.9);
  EXPECT_EQ(value(average.at("p")), 1);
  for (auto& [name, tensor] : now) tensor.detach().fill_(2);
  average_weights(average, now, 0.9);
  EXPECT_NEAR(value(average.at("p")), 1.1, 1e-15);
  EXPECT_EQ(value(average.at("running_mean")), 1);
  EXPECT_FALSE(average.at("p").requires_grad());
}

}  // namespace
}  // namespace tandem_test
