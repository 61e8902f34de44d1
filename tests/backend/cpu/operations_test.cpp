// Every operation of the CPU backend gives the reference backend's numbers, with every
// instruction set that this machine has.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "backend/cpu/operations_case.h"
#include "base/half.h"

namespace tandem_test {
namespace {

using namespace tandem;
using CpuShared = cpu::Backend::Shared;

class CpuOperations : public WithEveryKernel {};

INSTANTIATE_TEST_SUITE_P(Kernels, CpuOperations, testing::ValuesIn(every_kernel()),
                         [](const auto& info) { return info.param.name; });

TEST_P(CpuOperations, LinearInEverySize) {
  struct Size {
    int64_t rows, in, out;
  };
  for (const Size size : {Size{1, 1, 1},
                          {1, 12, 16},
                          {5, 80, 33},
                          {7, 255, 100},
                          {50, 256, 48},
                          {97, 257, 20},
                          {200, 600, 150},
                          {13, 513, 400}}) {
    SCOPED_TRACE(testing::Message() << size.rows << " x " << size.in << " x " << size.out);
    Inputs inputs;
    inputs.add("x", {size.rows, size.in}).add("w", {size.out, size.in}).add("b", {size.out});
    inputs.add("t", {size.in, size.out});
    expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
      const auto w = b.linear_weights({.weight = weight(in, "w"), .bias = weight(in, "b")});
      return b.linear(rows_of(b, in, "x"), w, {});
    });
    expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
      const auto w = b.linear_weights({.weight = weight(in, "t"), .transposed = true});
      return b.linear(rows_of(b, in, "x"), w, {});
    });
  }
}

TEST_P(CpuOperations, LinearsEpilogueInItsOrder) {
  Inputs inputs;
  // Products from about -9 to 9: activations are tried beyond where they saturate.
  inputs.add("x", {23, 60}).add("w", {37, 60}, 0.4F).add("b", {37}).add("g", {37});
  inputs.add("r", {23, 37});
  for (const auto activation :
       {std::optional<Activation>(), std::optional(Activation::quick_gelu),
        std::optional(Activation::gelu), std::optional(Activation::gelu_tanh)})
    for (const bool gamma : {false, true})
      for (const bool residual : {false, true}) {
        SCOPED_TRACE(testing::Message()
                     << (activation ? name_of(*activation) : "none") << gamma << residual);
        expect_as_ref(inputs, [&](auto& b, const TensorStore& in) {
          const auto w = b.linear_weights({.weight = weight(in, "w"), .bias = weight(in, "b")});
          const auto g = b.vector(weight(in, "g"));
          const auto r = rows_of(b, in, "r");
          return b.linear(rows_of(b, in, "x"), w,
                          {.activation = activation,
                           .gamma = gamma ? &g : nullptr,
                           .residual = residual ? &r : nullptr});
        });
      }
}

TEST_P(CpuOperations, ActivationsOverTheirWholeRange) {
  // Values at steps of 1/16 from -20 to 20, 100 and -100, through a product with one.
  std::vector<float> values = {100, -100, 0, -0.0F, 1e-30F, 3e38F, -3e38F};
  for (float value = -20; value <= 20; value += 0.0625F) values.push_back(value);
  TensorStore in;
  in.add("x", {static_cast<int64_t>(values.size()), 1}, values);
  in.add("w", {1, 1}, std::vector<float>{1});
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  for (const auto activation : {Activation::quick_gelu, Activation::gelu, Activation::gelu_tanh}) {
    SCOPED_TRACE(name_of(activation));
    const auto operation = [&](auto& b, const TensorStore& store) {
      const auto w = b.linear_weights({.weight = weight(store, "w")});
      return b.linear(rows_of(b, store, "x"), w, {.activation = activation});
    };
    const auto found = run<cpu::Backend>(shared, in, operation);
    const auto exact = run<ref::Backend>({}, in, operation);
    for (size_t i = 0; i < values.size(); ++i)  // 2e-7: four roundings of a number of this size
      EXPECT_NEAR(found[i], exact[i], 2.4e-7 * std::max(1.0, std::abs(double{values[i]})))
          << values[i];
  }
}

TEST_P(CpuOperations, Norms) {
  for (const int64_t group : {1, 3, 12, 20, 64, 80, 257}) {
    SCOPED_TRACE(group);
    Inputs inputs;
    inputs.add("x", {9, 3 * group}, 2, 5).add("g", {group}).add("b", {group});
    inputs.add("factors", {3});
    expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
      const auto norm = b.layer_norm_weights(weight(in, "g"), weight(in, "b"), 1e-5);
      return b.layer_norm(rows_of(b, in, "x"), norm);
    });
    expect_as_ref(inputs, [&](auto& b, const TensorStore& in) {
      return b.normalise(rows_of(b, in, "x"), group);
    });
    expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
      return b.scale_groups(rows_of(b, in, "x"), b.vector(weight(in, "factors")));
    });
  }
}

TEST_P(CpuOperations, ARowOfZerosHasNoLengthAndNoNaN) {
  TensorStore in;
  in.add("x", {2, 3}, std::vector<float>{0, 0, 0, 0, 3, 4});
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  const auto found = run<cpu::Backend>(shared, in, [](auto& b, const TensorStore& store) {
    return b.normalise(rows_of(b, store, "x"), 3);
  });
  EXPECT_EQ(std::vector<double>(found.begin(), found.begin() + 4), std::vector<double>(4, 0));
  EXPECT_NEAR(found[4], 0.6, 1e-7);
  EXPECT_NEAR(found[5], 0.8, 1e-7);
}

TEST_P(CpuOperations, RowsLookedUpAddedAndAveraged) {
  Inputs inputs;
  inputs.add("table", {30, 21}).add("x", {17, 21}).add("class", {21}).add("g", {21});
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    const auto row = b.vector(weight(in, "class"));
    const std::vector<int32_t> ids = {3, -1, 29, 0, 3};
    return b.token_embedding(ids, b.table(weight(in, "table")), &row);
  });
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    std::vector<int32_t> positions;
    for (int32_t i = 0; i < 17; ++i) positions.push_back(i * 7 % 30);
    return b.add_positions(rows_of(b, in, "x"), b.table(weight(in, "table")), positions);
  });
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    return b.gather_rows(rows_of(b, in, "x"), std::vector<int64_t>{16, 0, 5, 5});
  });
  const Sequences sequences{.offsets = {0, 4, 5 + 4, 17}};
  expect_as_ref(inputs, [&](auto& b, const TensorStore& in) {
    return b.mean_rows(rows_of(b, in, "x"), sequences, 1);
  });
  for (const bool gamma : {false, true})
    expect_as_ref(inputs, [&](auto& b, const TensorStore& in) {
      const auto g = b.vector(weight(in, "g"));
      return b.add(rows_of(b, in, "x"),
                   b.gather_rows(rows_of(b, in, "table"), std::vector<int64_t>(17, 2)),
                   gamma ? &g : nullptr);
    });
}

TEST_P(CpuOperations, ClampedExponentials) {
  TensorStore in;
  in.add("v", {4, 1, 1}, std::vector<float>{-3, 0, 4, 9});
  in.add("x", {1, 4}, std::vector<float>{1, 1, 1, 1});
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  const auto operation = [](auto& b, const TensorStore& store) {
    return b.scale_groups(rows_of(b, store, "x"),
                          b.clamped_exp(b.vector(weight(store, "v")), std::log(100.0)));
  };
  const auto found = run<cpu::Backend>(shared, in, operation);
  const auto exact = run<ref::Backend>({}, in, operation);
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], exact[i], 1e-7 * exact[i]);
}

TEST_P(CpuOperations, PatchEmbedding) {
  Inputs inputs;
  inputs.add("w", {37, 3, 8, 6}).add("class", {37}).add("pixels", {2, 3, 33, 26});
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    const auto values = to_float(*in.find("pixels"));
    return b.patch_embedding({.values = values, .batch = 2, .height = 33, .width = 26},
                             b.patch_embedding_weights(weight(in, "w")),
                             b.vector(weight(in, "class")));
  });
}

TEST_P(CpuOperations, ConvolutionsWithEveryKernelStrideAndEpilogue) {
  struct Size {
    int64_t in, out, kernel;
    int stride, padding;
  };
  for (const Size size :
       {Size{3, 12, 3, 2, 1}, {20, 33, 3, 1, 1}, {35, 18, 1, 1, 0}, {7, 5, 1, 2, 0}})
    for (const bool residual : {false, true})
      for (const bool relu : {false, true}) {
        SCOPED_TRACE(testing::Message() << size.in << "->" << size.out << " kernel " << size.kernel
                                        << residual << relu);
        const int64_t side = (10 + 2 * size.padding - size.kernel) / size.stride + 1;
        Inputs inputs;
        inputs.add("map", {2 * 10 * 10, size.in})
            .add("w", {size.out, size.in, size.kernel, size.kernel})
            .add("gain", {size.out})
            .add("bias", {size.out})
            .add("mean", {size.out})
            .add("variance", {size.out}, 0.1F, 1)
            .add("r", {2 * side * side, size.out});
        expect_as_ref(inputs, [&](auto& b, const TensorStore& in) {
          using B = std::remove_reference_t<decltype(b)>;
          const auto weights = b.convolution_weights({.weight = weight(in, "w"),
                                                      .gain = weight(in, "gain"),
                                                      .bias = weight(in, "bias"),
                                                      .mean = weight(in, "mean"),
                                                      .variance = weight(in, "variance"),
                                                      .stride = size.stride,
                                                      .padding = size.padding});
          const Map<B> map{rows_of(b, in, "map"), 2, 10, 10};
          const auto r = rows_of(b, in, "r");
          auto y = b.convolution(map, weights, residual ? &r : nullptr, relu);
          EXPECT_EQ(y.height, side);
          EXPECT_EQ(y.width, side);
          return std::move(y.rows);
        });
      }
}

TEST_P(CpuOperations, MapsFromPixelsPooledAndWithTheirMean) {
  Inputs inputs;
  inputs.add("pixels", {2, 3, 9, 6}).add("map", {2 * 9 * 6, 21});
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    const auto values = to_float(*in.find("pixels"));
    return std::move(b.pixel_map({.values = values, .batch = 2, .height = 9, .width = 6}).rows);
  });
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    using B = std::remove_reference_t<decltype(b)>;
    auto y = b.average_pool(Map<B>{rows_of(b, in, "map"), 2, 9, 6}, 2);
    EXPECT_EQ(y.height, 4);
    EXPECT_EQ(y.width, 3);
    return std::move(y.rows);
  });
  expect_as_ref(inputs, [](auto& b, const TensorStore& in) {
    using B = std::remove_reference_t<decltype(b)>;
    return b.with_mean_row(Map<B>{rows_of(b, in, "map"), 2, 9, 6});
  });
}

TEST(CpuTables, ReadHalfPrecisionAndUnalignedRows) {
  const std::vector<float> values = {1, -2.5F, 0.125F, 1000, -0.5F, 3};
  for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64}) {
    SCOPED_TRACE(name_of(dtype));
    std::vector<std::byte> memory(1);  // one byte in front: nothing is aligned
    for (const float value : values) {
      const double wide = value;
      const uint16_t half = dtype == DType::f16 ? f16_from_float(value) : bf16_from_float(value);
      const void* from = dtype == DType::f64   ? static_cast<const void*>(&wide)
                         : dtype == DType::f32 ? static_cast<const void*>(&value)
                                               : &half;
      const auto* bytes = static_cast<const std::byte*>(from);
      memory.insert(memory.end(), bytes, bytes + size_of(dtype));
    }
    TensorStore in;
    in.tensors["table"] = {dtype, {3, 2}, std::span(memory).subspan(1)};
    const auto found = run<cpu::Backend>({}, in, [](auto& b, const TensorStore& store) {
      return b.token_embedding(std::vector<int32_t>{2, 0}, b.table(weight(store, "table")),
                               nullptr);
    });
    EXPECT_EQ(found, (std::vector<double>{to_double(in.tensors["table"])[4], 3, 1, -2.5}));
  }
}

}  // namespace
}  // namespace tandem_test
