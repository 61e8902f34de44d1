#include "sort/examples.h"

#include <cmath>

#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr double kSamePicture = 0.99999;  // of f32 embeddings of length 1

}  // namespace

ExampleCells::ExampleCells(const CategoryGroup& group)
    : exclusive(group.exclusive),
      categories(group.categories.size()),
      has_none(!group.none.empty()) {}

size_t ExampleCells::count() const { return exclusive ? logits() : 2 * categories; }

std::vector<size_t> ExampleCells::of(const std::optional<std::vector<size_t>>& truth) const {
  if (!truth) return {};
  if (exclusive) {
    if (!truth->empty()) return {truth->front()};
    return has_none ? std::vector<size_t>{categories} : std::vector<size_t>{};
  }
  std::vector<size_t> cells;
  for (size_t c = 0; c < categories; ++c) cells.push_back(categories + c);
  for (const size_t c : *truth) cells[c] = c;
  return cells;
}

void ExampleCells::add(double alpha, std::span<const double> sums, std::span<const int64_t> counts,
                       std::span<double> logits) const {
  const auto mean = [&](size_t cell) {
    return counts[cell] > 0 ? sums[cell] / static_cast<double>(counts[cell]) : 0;
  };
  for (size_t c = 0; c < logits.size(); ++c)
    logits[c] += alpha * (mean(c) - (exclusive ? 0 : mean(categories + c)));
}

double affinity(double cosine, double beta) { return std::exp(-beta * (1 - cosine)); }

void Examples::add_to(std::span<double> logits, const CategoryGroup& group, size_t index,
                      std::span<const float> picture, bool not_itself) const {
  const ExampleWeight& weight = weights[index];
  if (weight.alpha == 0) return;
  const ExampleCells cells(group);
  std::vector<double> sums(cells.count());
  std::vector<int64_t> counts(cells.count());
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto own = cells.of(truth_in(pictures[i].truth, index));
    if (own.empty()) continue;
    const double nearness = cosine(picture, embeddings.row(static_cast<int64_t>(i)));
    if (not_itself && nearness > kSamePicture) continue;
    for (const size_t cell : own) {
      sums[cell] += affinity(nearness, weight.beta);
      ++counts[cell];
    }
  }
  cells.add(weight.alpha, sums, counts, logits);
}

}  // namespace tandem
