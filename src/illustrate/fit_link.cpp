// Fitting the calibration: which candidates were the figure that the text speaks of?

#include <array>
#include <cmath>

#include "base/logistic_regression.h"
#include "data/digest.h"
#include "illustrate/evaluate.h"

namespace tandem {
namespace {

constexpr size_t kTerms = 7;
using Terms = std::array<double, kTerms>;
using JudgedCandidate = LogisticTrial<kTerms>;

// Libraries of so many parts of all figures: a lesson's folder has tens, a library thousands.
constexpr std::array<uint64_t, 4> kParts = {2, 8, 32, 128};
// Further down the list they are all alike and teach nothing.
constexpr size_t kJudged = 5;

Terms terms_of(const FitFeatures& features) {
  return {1,
          features.z,
          features.picture_z,
          features.margin,
          std::log(static_cast<double>(features.pictures)),
          features.name,
          features.name_lead};
}

/// A passage's rows as passages of their own.
Passages some_passages(const Passages& all, const std::vector<size_t>& chosen) {
  Passages part;
  part.views.width = all.views.width;
  for (const size_t i : chosen) {
    for (int64_t row = all.begins[i]; row < all.begins[i + 1]; ++row) {
      const auto values = all.views.row(row);
      part.views.values.insert(part.views.values.end(), values.begin(), values.end());
      ++part.views.rows;
    }
    part.begins.push_back(part.views.rows);
  }
  return part;
}

/// The figures of one part of the library, asked for by their own texts and by the next part's.
class PartJudge {
 public:
  PartJudge(const Model& model, const FigurePairs& pairs, bool names)
      : model_(model), pairs_(pairs), names_(names) {}

  void judge(const FigurePlaces& asked, const Passages& passages, uint64_t parts, uint64_t part,
             std::vector<JudgedCandidate>& judged) const {
    const auto part_of = [&](size_t pair) { return hash_of(pairs_.pairs[pair].key) % parts; };
    std::vector<size_t> library, places;
    for (size_t i = 0; i < pairs_.pairs.size(); ++i)
      if (part_of(i) == part) library.push_back(i);
    for (size_t i = 0; i < asked.owners.size(); ++i)
      if (part_of(asked.owners[i]) == part || part_of(asked.owners[i]) == (part + 1) % parts)
        places.push_back(i);
    if (library.size() < 2) return;
    const FigurePairs figures = some_of(pairs_, library);
    std::vector<std::string> names, texts;
    if (names_) {
      for (const auto& figure : figures.pairs) names.push_back(figure.file);
      for (const size_t place : places) texts.push_back(asked.places[place].text);
    }
    const auto found = find_candidates(some_passages(passages, places), texts,
                                       make_shelf(model_, figures.pictures, names), kJudged);
    for (size_t i = 0; i < places.size(); ++i)
      for (const auto& candidate : found[i])
        judged.push_back(
            {terms_of(candidate.features), library[candidate.picture] == asked.owners[places[i]]});
  }

 private:
  const Model& model_;
  const FigurePairs& pairs_;
  bool names_;
};

FitLink fit_link(const Model& model, const FigurePairs& pairs, const PassageRule& rule,
                 bool names) {
  const PartJudge judge(model, pairs, names);
  std::vector<JudgedCandidate> judged;
  // The alt text and the caption: what a picture shows, and why it stands there.
  for (const size_t text : {size_t{0}, size_t{1}}) {
    const FigurePlaces asked = figure_places(pairs, text);
    const Passages passages = encode_passages(model, asked.places, rule);
    for (const uint64_t parts : kParts)
      for (uint64_t part = 0; part < parts; ++part)
        judge.judge(asked, passages, parts, part, judged);
  }
  const Terms weights = fit_logistic<kTerms>(judged);
  return {weights[0], weights[1], weights[2], weights[3], weights[4], weights[5], weights[6]};
}

}  // namespace

FitLinks fit_links(const Model& model, const FigurePairs& pairs, const PassageRule& rule) {
  return {.plain = fit_link(model, pairs, rule, false),
          .named = fit_link(model, pairs, rule, true)};
}

}  // namespace tandem
