#include "illustrate/fit.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr const char* kSayLittle[] = {
    "a photo",
    "a picture",
    "a figure",
    "a figure in a textbook",
    "an illustration",
    "a drawing",
    "a painting",
    "a diagram",
    "a chart",
    "a graph",
    "a map",
    "a table of numbers",
    "a page of text",
    "a black and white photograph",
    "an old picture",
    "a photo of something",
    "a photo of people",
    "a photo of a place",
    "an object on a white background",
    "This figure shows an example.",
    "The picture shows what was said above.",
    "In this chapter we learn more about the subject.",
    "There are several reasons for this.",
    "It depends on many things.",
};

// Scores that few pictures give say little of the rest: so many pictures' worth of what texts that
// say little score.
constexpr double kPriorWeight = 8;

// Two pictures of one thing are no reason for doubt. The builders of CLIP's data took 0.95 of the
// cosine and above for copies and crops of one picture.
constexpr double kCopies = 0.95;

struct ScoreRow {
  double centre = 0, spread = 1;
};

/// The middle and how far scores spread below it: pictures that fit are in the upper half.
ScoreRow row_of(std::vector<double> scores, const PictureBackground& background) {
  const auto quantile = [&](double share) {
    const auto at =
        static_cast<std::ptrdiff_t>(share * static_cast<double>(scores.size() - 1) + 0.5);
    std::nth_element(scores.begin(), scores.begin() + at, scores.end());
    return scores[static_cast<size_t>(at)];
  };
  // 0.1587: one standard deviation below the middle of a normal distribution.
  const double middle = quantile(0.5), spread = middle - quantile(0.1587);
  const auto count = static_cast<double>(scores.size());
  const double variance =
      (count * spread * spread + kPriorWeight * background.spread() * background.spread()) /
      (count + kPriorWeight);
  return {.centre = (count * middle + kPriorWeight * background.centre()) / (count + kPriorWeight),
          .spread = std::max(std::sqrt(variance), 1e-6)};
}

/// Sets margins; `best` holds pictures by falling z.
void set_margins(std::vector<Candidate>& best, const Embeddings& pictures) {
  const auto row = [&](const Candidate& candidate) {
    return pictures.row(static_cast<int64_t>(candidate.picture));
  };
  for (auto& candidate : best) {
    const auto rival = std::find_if(best.begin(), best.end(), [&](const Candidate& other) {
      return other.picture != candidate.picture && cosine(row(other), row(candidate)) < kCopies;
    });
    if (rival != best.end()) candidate.features.margin = candidate.features.z - rival->features.z;
  }
}

using NameScores = std::vector<std::pair<size_t, double>>;

/// The `count` best by score and by name.
std::set<size_t> considered(const std::vector<double>& scores, NameScores names, size_t count) {
  const auto by_score = top(scores, count);
  std::set<size_t> chosen(by_score.begin(), by_score.end());
  const size_t named = std::min(count, names.size());
  std::partial_sort(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named), names.end(),
                    [](const auto& a, const auto& b) {
                      return a.second > b.second || (a.second == b.second && a.first < b.first);
                    });
  for (size_t i = 0; i < named; ++i) chosen.insert(names[i].first);
  return chosen;
}

/// Sets what names say; all pictures with something of the text are in `found`.
void set_names(std::vector<Candidate>& best, const NameScores& found, const FileNameScores& names) {
  double first = 0, second = 0;
  for (const auto& [picture, score] : found) {
    second = std::max(second, std::min(first, score));
    first = std::max(first, score);
  }
  for (auto& candidate : best) {
    auto& features = candidate.features;
    const auto at = std::lower_bound(found.begin(), found.end(), std::pair(candidate.picture, 0.0));
    if (at != found.end() && at->first == candidate.picture) features.name = at->second;
    features.name_lead = features.name - (features.name >= first ? second : first);
    features.named = names.tells(candidate.picture);
  }
}

std::vector<Candidate> candidates_of(const Passages& passages, int64_t place,
                                     const std::string* text, const PictureShelf& shelf,
                                     size_t count, const FitLinks& links) {
  const Embeddings& pictures = shelf.pictures;
  std::vector<double> scores(static_cast<size_t>(pictures.rows));
  for (int64_t j = 0; j < pictures.rows; ++j)
    scores[static_cast<size_t>(j)] = passages.score(place, pictures.row(j));
  const ScoreRow row = row_of(scores, shelf.background);
  const NameScores found = text ? shelf.names.found(*text) : NameScores();
  std::vector<Candidate> best;
  for (const size_t picture : considered(scores, found, count))
    best.push_back({.picture = picture,
                    .features = {.z = (scores[picture] - row.centre) / row.spread,
                                 .picture_z = shelf.background.z(picture, scores[picture]),
                                 .pictures = pictures.rows}});
  std::stable_sort(best.begin(), best.end(), [](const Candidate& a, const Candidate& b) {
    return a.features.z > b.features.z;
  });
  set_margins(best, pictures);
  if (text) set_names(best, found, shelf.names);
  for (auto& candidate : best) candidate.confidence = fit_confidence(candidate.features, links);
  std::stable_sort(best.begin(), best.end(), [](const Candidate& a, const Candidate& b) {
    return a.confidence > b.confidence;
  });
  return best;
}

void require_finite(const Embeddings& embeddings, const Model& model) {
  if (std::all_of(embeddings.values.begin(), embeddings.values.end(),
                  [](float value) { return std::isfinite(value); }))
    return;
  fail(ErrorKind::bad_model,
       "{}: its embeddings are not finite; its weights are damaged or training diverged, take "
       "another model",
       model.path());
}

}  // namespace

const FitLinks kFitLinks = {.plain = {.bias = -0.999,
                                      .of_z = 0.077,
                                      .of_picture = 0.631,
                                      .of_margin = 0.621,
                                      .of_number = -0.856},
                            .named = {.bias = -1.372,
                                      .of_z = 0.127,
                                      .of_picture = 0.503,
                                      .of_margin = 0.565,
                                      .of_number = -0.744,
                                      .of_name = 3.756,
                                      .of_name_lead = 2.178}};

double fit_confidence(const FitFeatures& features, const FitLinks& links) {
  const FitLink& link = features.named ? links.named : links.plain;
  const double number = std::log(static_cast<double>(std::max<int64_t>(features.pictures, 1)));
  double logit = link.bias + link.of_z * features.z + link.of_picture * features.picture_z +
                 link.of_margin * features.margin + link.of_number * number;
  if (features.named)
    logit += link.of_name * features.name + link.of_name_lead * features.name_lead;
  return 1 / (1 + std::exp(-logit));
}

PictureShelf make_shelf(const Model& model, const Embeddings& pictures,
                        std::span<const std::string> names) {
  const Embeddings nulls =
      model.encode_texts(std::vector<std::string>(say_little().begin(), say_little().end()));
  require_finite(nulls, model);
  require_finite(pictures, model);
  return {pictures, PictureBackground(nulls, pictures), FileNameScores(names)};
}

std::span<const char* const> say_little() { return kSayLittle; }

PictureBackground::PictureBackground(const Embeddings& nulls, const Embeddings& pictures) {
  double variance = 0;
  for (int64_t j = 0; j < pictures.rows; ++j) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < nulls.rows; ++i) {
      const double score = cosine(nulls.row(i), pictures.row(j));
      sum += score;
      squares += score * score;
    }
    const double count = std::max<double>(1, static_cast<double>(nulls.rows)), mean = sum / count;
    means_.push_back(mean);
    spreads_.push_back(std::sqrt(std::max(squares / count - mean * mean, 1e-12)));
    centre_ += mean;
    variance += spreads_.back() * spreads_.back();
  }
  if (pictures.rows == 0) return;
  centre_ /= static_cast<double>(pictures.rows);
  spread_ = std::sqrt(variance / static_cast<double>(pictures.rows));
}

std::vector<std::vector<Candidate>> find_candidates(const Passages& passages,
                                                    std::span<const std::string> texts,
                                                    const PictureShelf& shelf, size_t count,
                                                    const FitLinks& links) {
  std::vector<std::vector<Candidate>> found(static_cast<size_t>(passages.size()));
  if (shelf.pictures.rows == 0) return found;
  parallel_for(passages.size(), [&](int64_t place) {
    check_interrupt();
    const auto i = static_cast<size_t>(place);
    found[i] =
        candidates_of(passages, place, texts.empty() ? nullptr : &texts[i], shelf, count, links);
  });
  return found;
}

}  // namespace tandem
