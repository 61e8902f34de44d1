#include "illustrate/evaluate.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "data/digest.h"
#include "illustrate/file_name_score.h"

namespace tandem {
namespace {

/// Where place i's own figure stands, from scores of all figures.
Standing standing_of(const std::vector<double>& scores, size_t own) {
  Standing standing;
  for (size_t j = 0; j < scores.size(); ++j) {
    standing.better += scores[j] > scores[own];
    standing.equal_wrong += j != own && scores[j] == scores[own];
  }
  return standing;
}

FigureRetrieval retrieval_of(const std::vector<Standing>& standings) {
  const auto n = static_cast<double>(standings.size());
  const auto share = [&](int64_t k) {
    double hits = 0;
    for (const auto& standing : standings) hits += hit_within(standing, k);
    return wilson(n > 0 ? hits / n : 0, n);
  };
  return {.n = static_cast<int64_t>(standings.size()), .r1 = share(1), .r5 = share(5)};
}

FigureRetrieval by_passages(const Passages& passages, const FigurePairs& pairs,
                            const std::vector<size_t>& owners) {
  std::vector<Standing> standings(owners.size());
  parallel_for(passages.size(), [&](int64_t place) {
    std::vector<double> scores(pairs.pairs.size());
    for (size_t j = 0; j < scores.size(); ++j)
      scores[j] = passages.score(place, pairs.pictures.row(static_cast<int64_t>(j)));
    standings[static_cast<size_t>(place)] = standing_of(scores, owners[static_cast<size_t>(place)]);
  });
  return retrieval_of(standings);
}

std::vector<std::string> file_names(const FigurePairs& pairs) {
  std::vector<std::string> names;
  for (const auto& pair : pairs.pairs) names.push_back(pair.file);
  return names;
}

std::vector<std::string> texts_of(const FigurePlaces& asked) {
  std::vector<std::string> texts;
  for (const auto& place : asked.places) texts.push_back(place.text);
  return texts;
}

bool has_names(const FigurePairs& pairs) {
  return std::any_of(pairs.pairs.begin(), pairs.pairs.end(),
                     [](const FigurePair& pair) { return !pair.file.empty(); });
}

FigureRetrieval by_file_names(const FigurePairs& pairs, const FigurePlaces& asked) {
  if (!has_names(pairs)) return {};
  const FileNameScores names(file_names(pairs));
  std::vector<Standing> standings;
  for (size_t i = 0; i < asked.places.size(); ++i) {
    std::vector<double> scores(pairs.pairs.size());
    for (const auto& [picture, score] : names.found(asked.places[i].text)) scores[picture] = score;
    standings.push_back(standing_of(scores, asked.owners[i]));
  }
  return retrieval_of(standings);
}

/// By confidence among the candidates; what is none of them has none.
FigureRetrieval by_confidence(const Model& model, const FigurePairs& pairs,
                              const FigurePlaces& asked, const Passages& passages,
                              const IllustrateOptions& options, const FitLinks& links) {
  if (!has_names(pairs)) return {};
  const PictureShelf shelf = make_shelf(model, pairs.pictures, file_names(pairs));
  const auto found = find_candidates(passages, texts_of(asked), shelf, options.candidates, links);
  std::vector<Standing> standings;
  for (size_t i = 0; i < found.size(); ++i) {
    std::vector<double> scores(pairs.pairs.size());
    for (const auto& candidate : found[i]) scores[candidate.picture] = candidate.confidence;
    standings.push_back(standing_of(scores, asked.owners[i]));
  }
  return retrieval_of(standings);
}

FigureRetrieval by_chance(size_t pictures, size_t texts) {
  return retrieval_of(std::vector<Standing>(
      texts, {.equal_wrong = static_cast<int64_t>(pictures) - 1, .equal_right = 1}));
}

/// What became of the places beside one library.
struct Tally {
  double present = 0, right = 0, wrong = 0, absent = 0, absent_none = 0, placed = 0, confidence = 0;
  std::vector<double> best_present, best_absent;

  void add(const Placement& placement, bool is_present, bool own) {
    double best = placement.picture ? placement.picture->confidence : 0;
    for (const auto& other : placement.alternatives) best = std::max(best, other.confidence);
    (is_present ? best_present : best_absent).push_back(best);
    const bool any = placement.picture.has_value();
    present += is_present;
    right += is_present && any && own;
    wrong += is_present && any && !own;
    absent += !is_present;
    absent_none += !is_present && !any;
    placed += any;
    if (any) confidence += placement.picture->confidence;
  }

  double separation() const {
    double won = 0;
    for (const double a : best_present)
      for (const double b : best_absent) won += a > b ? 1 : a == b ? 0.5 : 0;
    const double games = static_cast<double>(best_present.size() * best_absent.size());
    return games > 0 ? won / games : 0.5;
  }
};

void judge(const Model& model, const FigurePairs& pairs, const FigurePlaces& asked,
           const Passages& passages, const std::vector<size_t>& library,
           const IllustrateOptions& options, const FitLinks& links, Tally& tally) {
  const FigurePairs part = some_of(pairs, library);
  const bool names = options.names && has_names(part);
  const PictureShelf shelf =
      make_shelf(model, part.pictures, names ? file_names(part) : std::vector<std::string>());
  const auto candidates =
      find_candidates(passages, names ? texts_of(asked) : std::vector<std::string>(), shelf,
                      options.candidates, links);
  for (const auto& placement : choose(candidates, library.size(), options)) {
    const size_t owner = asked.owners[placement.place];
    const bool present = std::find(library.begin(), library.end(), owner) != library.end();
    tally.add(placement, present,
              placement.picture && library[placement.picture->picture] == owner);
  }
}

NoneFigures eval_none(const Model& model, const FigurePairs& pairs, const FigurePlaces& asked,
                      const Passages& passages, const IllustrateOptions& options,
                      const FitLinks& links) {
  std::array<std::vector<size_t>, 2> halves;
  for (size_t i = 0; i < pairs.pairs.size(); ++i)
    halves[hash_of(pairs.pairs[i].key) % 2].push_back(i);
  Tally tally;
  for (const auto& half : halves)
    if (!half.empty()) judge(model, pairs, asked, passages, half, options, links, tally);
  const auto share = [](double part, double all) { return wilson(all > 0 ? part / all : 0, all); };
  return {.n = static_cast<int64_t>(asked.places.size()),
          .pictures = static_cast<int64_t>(std::min(halves[0].size(), halves[1].size())),
          .right = share(tally.right, tally.present),
          .wrong = share(tally.wrong, tally.present),
          .none_right = share(tally.absent_none, tally.absent),
          .precision = share(tally.right, tally.placed),
          .separation = tally.separation(),
          .expected = tally.placed > 0 ? tally.confidence / tally.placed : 0};
}

}  // namespace

FigurePlaces figure_places(const FigurePairs& pairs, size_t text) {
  FigurePlaces result;
  for (size_t i = 0; i < pairs.pairs.size(); ++i) {
    const auto& pair = pairs.pairs[i];
    if (pair.texts.size() <= text) continue;
    Place place{.line = 1, .end_line = 1, .text = pair.texts[text]};
    if (!pair.title.empty()) place.headings.push_back(pair.title);
    result.places.push_back(std::move(place));
    result.owners.push_back(i);
  }
  if (result.places.empty())
    fail(ErrorKind::bad_input, "no figure has a text number {}; name another with --text",
         text + 1);
  return result;
}

FigureRetrieval eval_rule(const Model& model, const FigurePairs& pairs, size_t text,
                          const PassageRule& rule) {
  const FigurePlaces asked = figure_places(pairs, text);
  return by_passages(encode_passages(model, asked.places, rule), pairs, asked.owners);
}

IllustrateEval eval_illustrate(const Model& model, const FigurePairs& pairs, size_t text,
                               const IllustrateOptions& options, const FitLinks& links) {
  const FigurePlaces asked = figure_places(pairs, text);
  const Passages passages = encode_passages(model, asked.places, options.rule);
  return {.clip = by_passages(passages, pairs, asked.owners),
          .file_names = by_file_names(pairs, asked),
          .both = by_confidence(model, pairs, asked, passages, options, links),
          .chance = by_chance(pairs.pairs.size(), asked.places.size()),
          .none = eval_none(model, pairs, asked, passages, options, links)};
}

}  // namespace tandem
