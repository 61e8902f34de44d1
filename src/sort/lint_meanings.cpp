#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sort/lint.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

// Of a normal distribution the median absolute deviation is 0.6745 standard deviations.
constexpr double kDeviations = 1.4826;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Texts in one template have most of their direction in common, which says nothing: what the
// unrelated words share is taken away.
Embeddings without_common(Embeddings rows, int64_t background) {
  const auto width = static_cast<size_t>(rows.width);
  std::vector<double> mean(width);
  for (int64_t i = 0; i < background; ++i)
    for (size_t k = 0; k < width; ++k) mean[k] += rows.row(i)[k] / static_cast<double>(background);
  for (int64_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    double squares = 0;
    for (size_t k = 0; k < width; ++k) {
      row[k] = static_cast<float>(row[k] - mean[k]);
      squares += static_cast<double>(row[k]) * row[k];
    }
    const double length = std::sqrt(squares);
    for (float& value : row) value = static_cast<float>(length > 0 ? value / length : 0);
  }
  return rows;
}

struct Described {
  size_t group;
  const Category* category;
  const std::string* text;
  int64_t row;
};

}  // namespace

std::vector<LintRemark> lint_meanings(const Taxonomy& taxonomy, const EncodeDescriptions& encode,
                                      double limit) {
  std::vector<std::string> texts(unrelated_words().begin(), unrelated_words().end());
  const auto background = static_cast<int64_t>(texts.size());
  std::vector<Described> all;
  for (size_t g = 0; g < taxonomy.groups.size(); ++g)
    for (const auto& category : taxonomy.groups[g].categories)
      for (const auto& text : category.descriptions) {
        all.push_back({g, &category, &text, static_cast<int64_t>(texts.size())});
        texts.push_back(text);
      }
  const Embeddings rows = without_common(encode(texts), background);
  std::vector<double> unrelated;
  for (int64_t i = 0; i < rows.rows; ++i)
    for (int64_t j = 0; j < std::min(i, background); ++j)
      unrelated.push_back(cosine(rows.row(i), rows.row(j)));
  const double usual = median(unrelated);
  std::vector<double> distances;
  for (const double value : unrelated) distances.push_back(std::abs(value - usual));
  const double deviation = std::max(kDeviations * median(distances), 1e-6);

  // The nearest descriptions of each pair of categories.
  struct Nearest {
    double cosine = -2;
    const Described *a = nullptr, *b = nullptr;
  };
  std::map<std::pair<const Category*, const Category*>, Nearest> pairs;
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (all[i].group != all[j].group || all[i].category == all[j].category) continue;
      const double value = cosine(rows.row(all[i].row), rows.row(all[j].row));
      Nearest& nearest = pairs[{all[j].category, all[i].category}];
      if (value > nearest.cosine) nearest = {value, &all[j], &all[i]};
    }
  std::vector<LintRemark> remarks;
  for (const auto& [pair, nearest] : pairs) {
    const double height = (nearest.cosine - usual) / deviation;
    if (height < limit) continue;
    remarks.push_back(
        {"near-synonyms", nearest.b->category->line,
         fmt::format(
             "\"{}\" of \"{}\" and \"{}\" of \"{}\" mean nearly the same to this model "
             "({:.1f} deviations nearer than unrelated words); if they are one thing, make them "
             "descriptions of one category",
             *nearest.b->text, nearest.b->category->name, *nearest.a->text,
             nearest.a->category->name, height)});
  }
  std::sort(remarks.begin(), remarks.end(), [](const LintRemark& a, const LintRemark& b) {
    return std::tie(a.line, a.sentence) < std::tie(b.line, b.sentence);
  });
  return remarks;
}

}  // namespace tandem
