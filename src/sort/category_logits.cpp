#include "sort/category_logits.h"

#include <cmath>
#include <map>

#include "base/fail.h"
#include "sort/answer.h"
#include "zero_shot/ranking.h"

namespace tandem {

CategoryLogits::CategoryLogits(const Taxonomy& taxonomy, const Model& model)
    : CategoryLogits(taxonomy, model.logit_scale(), [&](std::span<const std::string> texts) {
        return ensemble(model, texts, taxonomy.templates);
      }) {}

CategoryLogits::CategoryLogits(const Taxonomy& taxonomy, double logit_scale,
                               const EncodeDescriptions& encode)
    : logit_scale_(logit_scale) {
  std::map<std::string, int64_t> row_of;
  std::vector<std::string> texts;
  const auto rows_of = [&](const std::vector<std::string>& wanted) {
    Rows rows;
    for (const auto& text : wanted) {
      const auto [at, is_new] = row_of.emplace(text, static_cast<int64_t>(texts.size()));
      if (is_new) texts.push_back(text);
      rows.push_back(at->second);
    }
    return rows;
  };
  for (const auto& group : taxonomy.groups) {
    GroupRows rows{.exclusive = group.exclusive};
    for (const auto& category : group.categories) {
      rows.categories.push_back(rows_of(category.descriptions));
      if (!group.exclusive) rows.counterparts.push_back(rows_of(category.counterparts));
    }
    rows.none = rows_of(group.none);
    groups_.push_back(std::move(rows));
  }
  embeddings_ = encode(texts);
}

double CategoryLogits::logit(const Rows& rows, std::span<const float> picture) const {
  std::vector<double> logits;
  for (const int64_t row : rows)
    logits.push_back(logit_scale_ * cosine(picture, embeddings_.row(row)));
  return log_mean_exp(logits);
}

std::vector<double> CategoryLogits::of(size_t group, std::span<const float> picture) const {
  if (static_cast<int64_t>(picture.size()) != embeddings_.width)
    fail(ErrorKind::bad_input,
         "a picture's embedding has {} values, the model's texts have {}; use the model that made "
         "it",
         picture.size(), embeddings_.width);
  const GroupRows& rows = groups_[group];
  std::vector<double> logits;
  for (size_t c = 0; c < rows.categories.size(); ++c) {
    const double other = rows.exclusive ? 0 : logit(rows.counterparts[c], picture);
    logits.push_back(logit(rows.categories[c], picture) - other);
  }
  if (!rows.none.empty()) logits.push_back(logit(rows.none, picture));
  for (const double value : logits)
    if (!std::isfinite(value))
      fail(ErrorKind::bad_model,
           "an embedding holds numbers that are not finite; check the model with `tandem verify`");
  return logits;
}

}  // namespace tandem
