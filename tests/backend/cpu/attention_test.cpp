// Attention under every mask gives the reference backend's numbers, with every instruction set that
// this machine has.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "backend/cpu/operations_case.h"

namespace tandem_test {
namespace {

using namespace tandem;
using CpuShared = cpu::Backend::Shared;

class CpuAttention : public WithEveryKernel {};

INSTANTIATE_TEST_SUITE_P(Kernels, CpuAttention, testing::ValuesIn(every_kernel()),
                         [](const auto& info) { return info.param.name; });

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

TEST_P(CpuAttention, UnderEveryMaskAndHeadWidth) {
  for (const auto& sequences : every_mask())
    for (const int64_t head_width : {1, 12, 16, 64, 80}) {
      SCOPED_TRACE(testing::Message()
                   << "mask " << static_cast<int>(sequences.attends) << " width " << head_width);
      const AttentionCase c{.heads = 3, .head_width = head_width, .sequences = sequences};
      expect_as_ref(attention_inputs(c), attention_of(c));
    }
}

TEST_P(CpuAttention, ThatSkipsHiddenRows) {
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

TEST_P(CpuAttention, OfSomeQueriesInAnyOrder) {
  for (const auto& sequences : every_mask()) {
    SCOPED_TRACE(static_cast<int>(sequences.attends));
    const AttentionCase c{.heads = 2,
                          .head_width = 12,
                          .sequences = sequences,
                          .query_rows = {0, 7, 24, 101, 60, 60, 3, 100, 99}};
    expect_as_ref(attention_inputs(c), attention_of(c));
  }
}

TEST_P(CpuAttention, OverLongSequences) {
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

TEST_P(CpuAttention, SurvivesScoresFarApart) {
  AttentionCase c{.heads = 1, .head_width = 16, .sequences = every_mask()[1]};
  Inputs inputs;
  inputs.add("qkv", {c.sequences.rows(), 48}, 30);
  expect_as_ref(inputs, attention_of(c));
}

TEST_P(CpuAttention, AQueryThatSeesNothingGivesZeros) {
  AttentionCase c{.heads = 1, .head_width = 8, .sequences = {.offsets = {0, 3}}};
  c.sequences.hidden = {1, 1, 1};
  const Inputs inputs = attention_inputs(c);
  CpuShared shared;
  shared.kernels = GetParam().kernels;
  EXPECT_EQ(run<cpu::Backend>(shared, inputs.store, attention_of(c)),
            std::vector<double>(3 * 8, 0));
}

TEST_P(CpuAttention, PaddedPackedAndTrieTextsAreEqualToTheBit) {
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

}  // namespace
}  // namespace tandem_test
