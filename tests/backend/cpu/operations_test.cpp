// Every operation of the CPU backend gives the reference backend's numbers, with every
// instruction set that this machine has.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "backend/cpu/cpu_backend.h"
#include "backend/f32_tolerance.h"
#include "backend/ref/ref_backend.h"
#include "base/half.h"
#include "kernels/every_kernel.h"

namespace tandem_test {
namespace {

using namespace tandem;
using CpuShared = cpu::Backend::Shared;

// Named inputs of a case, random and the same every time.
class Inputs {
 public:
  Inputs& add(const std::string& name, Shape shape, float scale = 1, float shift = 0) {
    std::vector<float> values(static_cast<size_t>(element_count(shape)));
    for (float& value : values) value = shift + scale * normal_(random_);
    store.add(name, std::move(shape), values);
    return *this;
  }

  TensorStore store;

 private:
  std::mt19937 random_{7};
  std::normal_distribution<float> normal_;
};

// An input as activations, in any backend.
template <class B>
typename B::Tensor rows_of(B& b, const TensorStore& in, const char* name) {
  return b.table_rows(b.table(weight(in, name)));
}

template <class B, class Operation>
std::vector<double> run(const typename B::Shared& shared, const TensorStore& in,
                        const Operation& operation) {
  B b(shared, nullptr);
  const auto y = operation(b, in);
  std::vector<double> values(static_cast<size_t>(y.rows * y.width));
  b.copy(y, values.data());
  return values;
}

class CpuOperations : public testing::TestWithParam<NamedKernels> {
 protected:
  // `operation` is a generic function of a backend and the inputs that returns a tensor. The
  // tolerance comes from what one rounding of the inputs changes.
  template <class Operation>
  void expect_as_ref(const Inputs& inputs, const Operation& operation) {
    CpuShared shared;
    shared.kernels = GetParam().kernels;
    const auto found = run<cpu::Backend>(shared, inputs.store, operation);
    const auto exact = run<ref::Backend>({}, inputs.store, operation);
    const auto moved = run<ref::Backend>({}, moved_by_one_ulp(inputs.store, 3), operation);
    EXPECT_LE(largest_difference(found, exact), f32_tolerance(exact, moved));
  }
};

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

// Attention of slices of one product, as the towers call it.
struct AttentionCase {
  int64_t heads, head_width;
  Sequences sequences;
  std::vector<int64_t> query_rows;
};

Inputs attention_inputs(const AttentionCase& c) {
  Inputs inputs;
  inputs.add("qkv", {c.sequences.rows(), 3 * c.heads * c.head_width}, 1.5F);
  return inputs;
}

auto attention_of(const AttentionCase& c) {
  return [&c](auto& b, const TensorStore& in) {
    const int64_t width = c.heads * c.head_width;
    const auto product = rows_of(b, in, "qkv");
    auto q = b.slice_columns(product, 0, width);
    const auto k = b.slice_columns(product, width, width);
    const auto v = b.slice_columns(product, 2 * width, width);
    if (!c.query_rows.empty()) q = b.gather_rows(q, c.query_rows);
    return b.attention(q, k, v,
                       {.heads = static_cast<int>(c.heads),
                        .scale = 1 / std::sqrt(static_cast<double>(c.head_width))},
                       c.sequences, c.query_rows);
  };
}

// Rows that each have an earlier row of their sequence as parent, in no tidy order.
Sequences trie(std::vector<int64_t> offsets, uint32_t seed) {
  Sequences sequences{.attends = Sequences::Attends::ancestors, .offsets = std::move(offsets)};
  std::mt19937 random(seed);
  for (int64_t s = 0; s < sequences.count(); ++s)
    for (int64_t row = sequences.offsets[s]; row < sequences.offsets[s + 1]; ++row) {
      const int64_t before = row - sequences.offsets[s];
      if (before == 0 || random() % 8 == 0) {
        sequences.parents.push_back(-1);
        continue;
      }
      // Mostly the row before: chains of some length, as in prompts.
      const auto back = random() % 3 ? 1 : 1 + static_cast<int64_t>(random() % before);
      sequences.parents.push_back(row - back);
    }
  return sequences;
}

std::vector<Sequences> every_mask() {
  std::vector<Sequences> all;
  const std::vector<int64_t> offsets = {0, 1, 8, 25, 25 + 77};
  for (const auto attends : {Sequences::Attends::all, Sequences::Attends::before})
    all.push_back({.attends = attends, .offsets = offsets});
  all.push_back(trie(offsets, 5));
  return all;
}

TEST_P(CpuOperations, AttentionUnderEveryMaskAndHeadWidth) {
  for (const auto& sequences : every_mask())
    for (const int64_t head_width : {1, 12, 16, 64, 80}) {
      SCOPED_TRACE(testing::Message()
                   << "mask " << static_cast<int>(sequences.attends) << " width " << head_width);
      const AttentionCase c{.heads = 3, .head_width = head_width, .sequences = sequences};
      expect_as_ref(attention_inputs(c), attention_of(c));
    }
}

TEST_P(CpuOperations, AttentionThatSkipsHiddenRows) {
  for (auto sequences : every_mask()) {
    SCOPED_TRACE(static_cast<int>(sequences.attends));
    // Every third row; never the first of a sequence or a root, so that each query sees one.
    sequences.hidden.assign(static_cast<size_t>(sequences.rows()), 0);
    for (int64_t s = 0; s < sequences.count(); ++s)
      for (int64_t row = sequences.offsets[s] + 1; row < sequences.offsets[s + 1]; ++row)
        sequences.hidden[row] =
            row % 3 == 0 && (sequences.parents.empty() || sequences.parents[row] >= 0);
    const AttentionCase c{.heads = 2, .head_width = 20, .sequences = sequences};
    expect_as_ref(attention_inputs(c), attention_of(c));
  }
}

TEST_P(CpuOperations, AttentionOfSomeQueriesInAnyOrder) {
  for (const auto& sequences : every_mask()) {
    SCOPED_TRACE(static_cast<int>(sequences.attends));
    const AttentionCase c{.heads = 2,
                          .head_width = 12,
                          .sequences = sequences,
                          .query_rows = {0, 7, 24, 101, 60, 60, 3, 100, 99}};
    expect_as_ref(attention_inputs(c), attention_of(c));
  }
}

TEST_P(CpuOperations, AttentionOverLongSequences) {
  // Longer than a task's queries and than a block of a sum.
  std::vector<Sequences> masks = {{.attends = Sequences::Attends::all, .offsets = {0, 600}},
                                  {.attends = Sequences::Attends::before, .offsets = {0, 600}}};
  masks.push_back({.attends = Sequences::Attends::ancestors, .offsets = {0, 600}});
  for (int64_t row = 0; row < 600; ++row) masks[2].parents.push_back(row - 1);
  for (const auto& sequences : masks) {
    SCOPED_TRACE(static_cast<int>(sequences.attends));
    const AttentionCase c{.heads = 1, .head_width = 24, .sequences = sequences};
    expect_as_ref(attention_inputs(c), attention_of(c));
  }
}

TEST_P(CpuOperations, AttentionSurvivesScoresFarApart) {
  AttentionCase c{.heads = 1, .head_width = 16, .sequences = every_mask()[1]};
  Inputs inputs;
  inputs.add("qkv", {c.sequences.rows(), 48}, 30);
  expect_as_ref(inputs, attention_of(c));
}

TEST_P(CpuOperations, AQueryThatSeesNothingGivesZeros) {
  AttentionCase c{.heads = 1, .head_width = 8, .sequences = {.offsets = {0, 3}}};
  c.sequences.hidden = {1, 1, 1};
  const Inputs inputs = attention_inputs(c);
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  EXPECT_EQ(run<cpu::Backend>(shared, inputs.store, attention_of(c)),
            std::vector<double>(3 * 8, 0));
}

TEST_P(CpuOperations, PaddedPackedAndTrieTextsAreEqualToTheBit) {
  // The same text of 20 rows: alone, at the front of 77 padded rows, and as a trie's chain.
  Inputs inputs;
  inputs.add("qkv", {77, 3 * 40});
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  const auto attend = [&](const AttentionCase& c, const TensorStore& in) {
    auto values = run<cpu::Backend>(shared, in, attention_of(c));
    values.resize(20 * 40);
    return values;
  };
  TensorStore packed;
  const auto all = to_float(*inputs.store.find("qkv"));
  packed.add("qkv", {20, 120}, std::span(all).first(20 * 120));
  Sequences chain{.attends = Sequences::Attends::ancestors, .offsets = {0, 20}};
  for (int64_t row = 0; row < 20; ++row) chain.parents.push_back(row - 1);
  const auto expected =
      attend({2, 20, {.attends = Sequences::Attends::before, .offsets = {0, 20}}, {}}, packed);
  EXPECT_EQ(expected,
            attend({2, 20, {.attends = Sequences::Attends::before, .offsets = {0, 77}}, {}},
                   inputs.store));
  EXPECT_EQ(expected, attend({2, 20, chain, {}}, packed));
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
