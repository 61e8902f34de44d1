// The training kernels of every instruction set against loops in double.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/every_kernel.h"
#include "kernels/floats.h"

namespace tandem_test {
namespace {

using namespace tandem;
using cpu::Epilogue;
using Numbers = std::vector<float>;

Numbers random_numbers(int64_t n, uint32_t seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  Numbers numbers(static_cast<size_t>(n));
  for (float& number : numbers) number = normal(random);
  return numbers;
}

class TrainingKernels : public testing::TestWithParam<NamedKernels> {};

INSTANTIATE_TEST_SUITE_P(Kernels, TrainingKernels, testing::ValuesIn(every_kernel()),
                         [](const auto& info) { return info.param.name; });

struct Shape {
  int64_t queries, keys, width;
  bool causal;
};

// Rows of q, k, v and dy one behind the other.
struct Inputs {
  Numbers q, k, v, dy;
  std::vector<int64_t> visible;
};

Inputs inputs_of(const Shape& shape) {
  Inputs in{.q = random_numbers(shape.queries * shape.width, 1),
            .k = random_numbers(shape.keys * shape.width, 2),
            .v = random_numbers(shape.keys * shape.width, 3),
            .dy = random_numbers(shape.queries * shape.width, 4)};
  for (int64_t i = 0; i < shape.queries; ++i)
    in.visible.push_back(shape.causal ? shape.keys - shape.queries + i + 1 : shape.keys);
  return in;
}

struct Gradients {
  std::vector<double> dq, dk, dv;
};

constexpr double kScale = 0.4;

// By the formulas of simd_attention_backward.h.
Gradients gradients_in_double(const Shape& shape, const Inputs& in) {
  const int64_t d = shape.width;
  Gradients g{std::vector<double>(in.q.size()), std::vector<double>(in.k.size()),
              std::vector<double>(in.v.size())};
  const auto dot = [d](const float* a, const float* b) {
    double sum = 0;
    for (int64_t i = 0; i < d; ++i) sum += static_cast<double>(a[i]) * b[i];
    return sum;
  };
  for (int64_t i = 0; i < shape.queries; ++i) {
    const float *q = &in.q[i * d], *dy = &in.dy[i * d];
    std::vector<double> p;
    double total = 0, mean = 0;
    for (int64_t j = 0; j < in.visible[i]; ++j) {
      p.push_back(std::exp(kScale * dot(q, &in.k[j * d])));
      total += p.back();
    }
    for (int64_t j = 0; j < in.visible[i]; ++j) mean += p[j] / total * dot(dy, &in.v[j * d]);
    for (int64_t j = 0; j < in.visible[i]; ++j) {
      const double weight = p[j] / total;
      const double ds = kScale * weight * (dot(dy, &in.v[j * d]) - mean);
      for (int64_t c = 0; c < d; ++c) {
        g.dq[i * d + c] += ds * in.k[j * d + c];
        g.dk[j * d + c] += ds * q[c];
        g.dv[j * d + c] += weight * dy[c];
      }
    }
  }
  return g;
}

// Results are [rows, width] among columns that must stay as they are.
struct Output {
  int64_t width, stride;
  Numbers memory;

  Output(int64_t rows, int64_t columns)
      : width(columns),
        stride(columns + 5),
        memory(static_cast<size_t>(std::max<int64_t>(rows, 1) * stride), 77) {}

  // f32 sums some hundred terms of the size of 1: 1e-5 of the values' scale is generous, and any
  // wrong term is far outside.
  void expect(const std::vector<double>& exact, const char* name) const {
    double scale = 1;
    for (const double value : exact) scale = std::max(scale, std::abs(value));
    const auto rows = static_cast<int64_t>(exact.size()) / width;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t c = 0; c < width; ++c)
        ASSERT_NEAR(memory[row * stride + c], exact[row * width + c], 1e-5 * scale)
            << name << " row " << row << " column " << c;
      for (int64_t c = width; c < stride; ++c)
        ASSERT_EQ(memory[row * stride + c], 77) << name << " beside row " << row;
    }
  }
};

TEST_P(TrainingKernels, AttentionBackward) {
  for (const Shape& shape : {Shape{1, 1, 1, false},
                             {5, 5, 12, true},
                             {17, 17, 64, true},
                             {50, 50, 64, false},
                             {100, 100, 20, true},
                             {97, 97, 16, false},
                             {1, 23, 33, true},
                             {60, 200, 8, false},
                             {0, 9, 8, false}}) {
    SCOPED_TRACE(testing::Message() << shape.queries << " queries, " << shape.keys << " keys, "
                                    << shape.width << " wide" << (shape.causal ? ", causal" : ""));
    const Inputs in = inputs_of(shape);
    Numbers statistics(static_cast<size_t>(3 * shape.queries + 2));
    Output y(shape.queries, shape.width), dq(shape.queries, shape.width),
        dk(shape.keys, shape.width), dv(shape.keys, shape.width);
    cpu::Head head{.q = in.q.data(),
                   .k = in.k.data(),
                   .v = in.v.data(),
                   .y = y.memory.data(),
                   .q_stride = shape.width,
                   .k_stride = shape.width,
                   .v_stride = shape.width,
                   .y_stride = y.stride,
                   .queries = shape.queries,
                   .keys = shape.keys,
                   .width = shape.width,
                   .scale = kScale,
                   .visible = shape.causal ? in.visible.data() : nullptr,
                   .statistics = statistics.data(),
                   .statistics_stride = 3};
    cpu::Floats scratch(GetParam().kernels->attention_scratch(shape.keys, shape.width));
    GetParam().kernels->attend(head, scratch.data());
    const auto& training = *GetParam().training;
    cpu::Floats more(training.attention_scratch(shape.keys, shape.width));
    training.attend_backward({.head = head,
                              .dy = in.dy.data(),
                              .dq = dq.memory.data(),
                              .dk = dk.memory.data(),
                              .dv = dv.memory.data(),
                              .dy_stride = shape.width,
                              .dq_stride = dq.stride,
                              .dk_stride = dk.stride,
                              .dv_stride = dv.stride},
                             more.data());
    const Gradients exact = gradients_in_double(shape, in);
    dq.expect(exact.dq, "dq");
    dk.expect(exact.dk, "dk");
    dv.expect(exact.dv, "dv");
  }
}

double activated(double x, Epilogue::Function function) {
  switch (function) {
    case Epilogue::Function::none: return x;
    case Epilogue::Function::quick_gelu: return x / (1 + std::exp(-1.702 * x));
    case Epilogue::Function::gelu: return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
    case Epilogue::Function::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
  return 0;
}

TEST_P(TrainingKernels, WhatFollowsAProduct) {
  using enum Epilogue::Function;
  constexpr int64_t kRows = 3, kColumns = 45;
  const Numbers product = random_numbers(kRows * kColumns, 8, 8),
                bias = random_numbers(kColumns, 9), residual = random_numbers(kRows * kColumns, 10);
  for (const auto function : {none, quick_gelu, gelu, gelu_tanh}) {
    for (const bool apart : {false, true}) {
      for (const bool more : {false, true}) {
        SCOPED_TRACE(testing::Message() << "function " << static_cast<int>(function)
                                        << (apart ? ", apart" : "") << (more ? ", more" : ""));
        Numbers x = product, y(product.size());
        GetParam().training->finish_linear({.x = x.data(),
                                            .y = apart ? y.data() : x.data(),
                                            .bias = more ? bias.data() : nullptr,
                                            .residual = more ? residual.data() : nullptr,
                                            .rows = kRows,
                                            .columns = kColumns,
                                            .function = function});
        for (size_t i = 0; i < x.size(); ++i) {
          const float before = product[i] + (more ? bias[i % kColumns] : 0);
          if (apart) {
            ASSERT_EQ(x[i], before) << i;
          }
          ASSERT_NEAR((apart ? y : x)[i], activated(before, function) + (more ? residual[i] : 0),
                      1e-6 * (1 + std::abs(before)))
              << i;
        }
      }
    }
  }
}

TEST_P(TrainingKernels, SlopesOfActivationsAndTheirSums) {
  using enum Epilogue::Function;
  const auto& training = *GetParam().training;
  constexpr int64_t kRows = 7, kColumns = 45;
  // Also where they saturate: -30 to 30.
  const Numbers x = random_numbers(kRows * kColumns, 5, 8),
                dy = random_numbers(kRows * kColumns, 6);
  for (const auto function : {none, quick_gelu, gelu, gelu_tanh}) {
    SCOPED_TRACE(testing::Message() << "function " << static_cast<int>(function));
    Numbers dx = dy, sums(kColumns, 2);
    training.activate_backward({.x = x.data(),
                                .dy = dx.data(),
                                .dx = dx.data(),
                                .rows = kRows,
                                .columns = kColumns,
                                .function = function,
                                .sums = sums.data()});
    std::vector<double> total(kColumns, 2);
    for (size_t i = 0; i < x.size(); ++i) {
      // Central differences; h^3 and rounding are both below 1e-9.
      constexpr double h = 1e-4;
      const double slope =
          (activated(x[i] + h, function) - activated(x[i] - h, function)) / (2 * h);
      ASSERT_NEAR(dx[i], slope * dy[i], 2e-6 * std::abs(dy[i]) + 1e-8) << x[i];
      total[i % kColumns] += dx[i];
    }
    for (int64_t c = 0; c < kColumns; ++c) ASSERT_NEAR(sums[c], total[c], 1e-5) << c;
  }
}

TEST_P(TrainingKernels, SumsOfRows) {
  const auto& training = *GetParam().training;
  const Numbers x = random_numbers(23 * 50, 7);
  for (const int64_t rows : {0, 1, 4, 6, 23}) {
    Numbers sums(37, 1);
    training.add_rows(x.data(), 50, rows, 37, sums.data());
    for (int64_t c = 0; c < 37; ++c) {
      double total = 1;
      for (int64_t row = 0; row < rows; ++row) total += x[row * 50 + c];
      ASSERT_NEAR(sums[c], total, 1e-5) << rows << " rows, column " << c;
    }
  }
}

}  // namespace
}  // namespace tandem_test
