// What an embedding loses when it is stored.
#include "index/embedding_code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace tandem {
namespace {

std::vector<float> unit_vector(std::mt19937& random, size_t width) {
  std::normal_distribution<float> normal;
  std::vector<float> values(width);
  double squares = 0;
  for (float& value : values) {
    value = normal(random);
    squares += double{value} * value;
  }
  // CLIP's embeddings have a few numbers that are far larger than the others.
  values[0] = 10;
  squares += 100;
  for (float& value : values) value /= static_cast<float>(std::sqrt(squares));
  return values;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double dot = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return dot / std::sqrt(aa * bb);
}

std::vector<float> stored(const std::vector<float>& values, EmbeddingStore store) {
  const EmbeddingCode code = encode_embedding(values, store);
  std::vector<float> back(values.size());
  EXPECT_TRUE(decode_embedding(code.bytes, code.scale, back));
  return back;
}

// A rounding error e of a number is independent of it: the cosine of two vectors is off by about
// |e|, spread over the width. f16 rounds to 2^-11 of a number, int8 to half of largest / 127.
TEST(EmbeddingCode, CosinesStayWithinWhatRoundingExplains) {
  std::mt19937 random(7);
  double worst_f16 = 0, worst_int8 = 0;
  for (int i = 0; i < 200; ++i) {
    const auto a = unit_vector(random, 512), b = unit_vector(random, 512);
    const double exact = cosine(a, b);
    worst_f16 = std::max(worst_f16, std::abs(cosine(stored(a, EmbeddingStore::f16), b) - exact));
    worst_int8 = std::max(worst_int8, std::abs(cosine(stored(a, EmbeddingStore::int8), b) - exact));
  }
  // Five standard deviations of a sum of rounding errors: f16 2^-11 / sqrt(12) / sqrt(512) * 5 of
  // the typical number, with the large one alone 2^-12 * b[0]; int8 step / sqrt(12) * 5.
  const double step = 10 / std::sqrt(612) / 127;
  EXPECT_LT(worst_f16, 1.5e-4);
  EXPECT_LT(worst_int8, 5 * step / std::sqrt(12));
  EXPECT_GT(worst_int8, worst_f16);
  RecordProperty("worst_f16", std::to_string(worst_f16));
  RecordProperty("worst_int8", std::to_string(worst_int8));
}

TEST(EmbeddingCode, WhatComesBackHasLengthOne) {
  std::mt19937 random(8);
  for (const auto store : {EmbeddingStore::f16, EmbeddingStore::int8}) {
    double squares = 0;
    for (const float value : stored(unit_vector(random, 96), store))
      squares += double{value} * value;
    EXPECT_NEAR(squares, 1, 1e-6);
  }
}

TEST(EmbeddingCode, TakesItsRoomAndNoMore) {
  std::mt19937 random(9);
  const auto values = unit_vector(random, 96);
  EXPECT_EQ(encode_embedding(values, EmbeddingStore::f16).bytes.size(), 192u);
  EXPECT_EQ(encode_embedding(values, EmbeddingStore::int8).bytes.size(), 96u);
}

TEST(EmbeddingCode, DamageIsSeen) {
  std::vector<float> back(4);
  EXPECT_FALSE(decode_embedding(std::string(7, '\1'), std::nullopt, back));    // wrong length
  EXPECT_FALSE(decode_embedding(std::string(8, '\0'), std::nullopt, back));    // no direction
  EXPECT_FALSE(decode_embedding(std::string(8, '\xff'), std::nullopt, back));  // NaN
  EXPECT_FALSE(
      decode_embedding(std::string(4, '\1'), std::numeric_limits<double>::infinity(), back));
  EXPECT_TRUE(decode_embedding(std::string(4, '\1'), 0.5, back));
}

}  // namespace
}  // namespace tandem
