#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "bench/search_bench.h"
#include "train/random.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr int kNear = 8;

void normalise(std::span<float> row) {
  const double length = std::sqrt(cosine(row, row));
  for (float& value : row) value = static_cast<float>(value / std::max(length, 1e-12));
}

// [from, to] rows that are orthogonal and of length 1 (Gram and Schmidt).
Embeddings isometry(int64_t from, int64_t to, uint64_t seed) {
  Embeddings rows{.rows = from, .width = to};
  rows.values.resize(static_cast<size_t>(from * to));
  for (int64_t i = 0; i < from; ++i) {
    const auto row = rows.row(i);
    for (int64_t k = 0; k < to; ++k)
      row[k] = static_cast<float>(random_normal(seed, static_cast<uint64_t>(i * to + k)));
    for (int64_t j = 0; j < i; ++j) {
      const auto other = rows.row(j);
      const auto share = static_cast<float>(cosine(row, other));
      for (int64_t k = 0; k < to; ++k) row[k] -= share * other[k];
    }
    normalise(row);
  }
  return rows;
}

}  // namespace

ClusteredVectors::ClusteredVectors(const Embeddings& real, int width, uint64_t seed) : seed_(seed) {
  if (real.rows <= kNear || real.width > width)
    fail(ErrorKind::bad_input,
         "{} embeddings of {} numbers cannot show how vectors of {} cluster; give more pictures",
         real.rows, real.width, width);
  const Embeddings axes = isometry(real.width, width, seed);
  turned_ = {.rows = real.rows, .width = width};
  turned_.values.assign(static_cast<size_t>(real.rows) * static_cast<size_t>(width), 0);
  near_.resize(static_cast<size_t>(real.rows) * kNear);
  parallel_for(real.rows, [&](int64_t i) {
    const auto row = turned_.row(i);
    for (int64_t k = 0; k < real.width; ++k)
      for (int64_t j = 0; j < width; ++j) row[j] += real.row(i)[k] * axes.row(k)[j];
    std::vector<double> scores;
    for (int64_t j = 0; j < real.rows; ++j)
      scores.push_back(j == i ? -2 : cosine(real.row(i), real.row(j)));
    const auto best = top(scores, kNear);
    for (int n = 0; n < kNear; ++n) near_[i * kNear + n] = static_cast<int32_t>(best[n]);
  });
}

void ClusteredVectors::row(int64_t i, float* to) const {
  const uint64_t key = random_bits(seed_, ~static_cast<uint64_t>(i));
  const auto centre = static_cast<int64_t>(random_unit(key, 0) * static_cast<double>(turned_.rows));
  const auto begin = turned_.row(centre);
  std::copy(begin.begin(), begin.end(), to);
  for (int n = 0; n < kNear; ++n) {
    // Shares whose squares sum to 1 on average: as far away as the neighbours are.
    const auto share = static_cast<float>(random_normal(key, 1 + static_cast<uint64_t>(n)) /
                                          std::sqrt(double{kNear}));
    const auto other = turned_.row(near_[centre * kNear + n]);
    for (int64_t k = 0; k < turned_.width; ++k) to[k] += share * (other[k] - begin[k]);
  }
  normalise({to, static_cast<size_t>(turned_.width)});
}

}  // namespace tandem
