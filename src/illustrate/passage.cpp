#include "illustrate/passage.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

using Cut = PassageRule::Cut;
using Context = PassageRule::Context;

constexpr size_t kTextsAtOnce = 4096;

/// One place's texts: which rows of the encoded ones are summed or kept.
struct Plan {
  int64_t whole = -1, first_sentence = -1, sentences = 0, titles = -1;
};

class PassageEncoder {
 public:
  PassageEncoder(const Model& model, std::span<const Place> places, const PassageRule& rule)
      : rule_(rule) {
    for (const Place& place : places) plan(place);
    encode(model);
  }

  Passages passages() const {
    Passages result;
    result.views.width = encoded_.width;
    for (const Plan& plan : plans_) {
      if (rule_.cut == Cut::best)
        for (int64_t i = 0; i < plan.sentences; ++i)
          add_view(result, plan, {{plan.first_sentence + i, 1.0}});
      else
        add_view(result, plan, mean_parts(plan));
      result.begins.push_back(result.views.rows);
    }
    return result;
  }

 private:
  struct Part {
    int64_t row;
    double weight;
  };

  void plan(const Place& place) {
    Plan plan;
    const std::string title = place.headings.empty() ? "" : place.headings.back();
    const std::string front =
        rule_.context == Context::prefix && !title.empty() ? title + ": " : "";
    if (rule_.cut == Cut::whole || rule_.cut == Cut::both) plan.whole = add(front + place.text);
    if (rule_.cut != Cut::whole) {
      auto sentences = split_sentences(place.text);
      if (sentences.empty()) sentences.push_back(place.text);
      sentences.resize(std::min(sentences.size(), kMostSentences));
      plan.first_sentence = static_cast<int64_t>(texts_.size());
      plan.sentences = static_cast<int64_t>(sentences.size());
      for (const auto& sentence : sentences) add(front + sentence);
    }
    if (rule_.context == Context::mixed && !title.empty()) plan.titles = add(titles(place));
    plans_.push_back(plan);
  }

  /// The innermost title first: a long path is cut at its end.
  static std::string titles(const Place& place) {
    std::string text = place.headings.back();
    for (size_t i = place.headings.size() - 1; i-- > 0;) text += ", " + place.headings[i];
    return text;
  }

  int64_t add(std::string text) {
    texts_.push_back(std::move(text));
    return static_cast<int64_t>(texts_.size()) - 1;
  }

  void encode(const Model& model) {
    encoded_.width = model.embed_dim();
    for (size_t begin = 0; begin < texts_.size(); begin += kTextsAtOnce) {
      check_interrupt();
      const auto part = std::span<const std::string>(texts_).subspan(
          begin, std::min(kTextsAtOnce, texts_.size() - begin));
      const Embeddings rows = model.encode_texts(part);
      encoded_.values.insert(encoded_.values.end(), rows.values.begin(), rows.values.end());
      encoded_.rows += rows.rows;
    }
  }

  std::vector<Part> mean_parts(const Plan& plan) const {
    std::vector<Part> parts;
    const double share = rule_.cut == Cut::both ? 0.5 : 1.0;
    if (plan.whole >= 0) parts.push_back({plan.whole, share});
    for (int64_t i = 0; i < plan.sentences; ++i)
      parts.push_back({plan.first_sentence + i, share / static_cast<double>(plan.sentences)});
    return parts;
  }

  void add_view(Passages& result, const Plan& plan, std::vector<Part> parts) const {
    if (plan.titles >= 0) parts.push_back({plan.titles, rule_.context_weight});
    std::vector<double> sum(static_cast<size_t>(encoded_.width));
    for (const Part& part : parts)
      for (size_t i = 0; i < sum.size(); ++i)
        sum[i] += part.weight * static_cast<double>(encoded_.row(part.row)[i]);
    double squares = 0;
    for (const double value : sum) squares += value * value;
    const double length = std::max(std::sqrt(squares), 1e-12);
    for (const double value : sum)
      result.views.values.push_back(static_cast<float>(value / length));
    ++result.views.rows;
  }

  PassageRule rule_;
  std::vector<std::string> texts_;
  std::vector<Plan> plans_;
  Embeddings encoded_;
};

}  // namespace

double Passages::score(int64_t place, std::span<const float> picture) const {
  double best = -1;
  const auto i = static_cast<size_t>(place);
  for (int64_t row = begins[i]; row < begins[i + 1]; ++row)
    best = std::max(best, cosine(views.row(row), picture));
  return best;
}

Passages encode_passages(const Model& model, std::span<const Place> places,
                         const PassageRule& rule) {
  return PassageEncoder(model, places, rule).passages();
}

}  // namespace tandem
