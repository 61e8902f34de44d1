#include "search/evaluate.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "data/dataset.h"
#include "data/digest.h"
#include "search/background.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr int64_t kAtOnce = 64;  // samples in memory
constexpr size_t kBest = 10;

struct Collection {
  Embeddings pictures;
  std::map<std::string, std::vector<int64_t>> fitting;  ///< text to pictures
  int64_t bad = 0;
};

void encode_part(const Model& model, std::vector<Sample>& samples, Collection& collection,
                 const SearchEvalOptions& options) {
  std::vector<std::vector<float>> embeddings(samples.size());
  std::vector<std::string> faults(samples.size());
  parallel_for(std::ssize(samples), [&](int64_t i) {
    try {
      embeddings[i] = model.encode_image(samples[i].picture, samples[i].key);
    } catch (const Error& error) {
      faults[i] = error.what();
    }
  });
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!faults[i].empty()) {
      ++collection.bad;
      if (options.on_bad) options.on_bad(faults[i]);
      continue;
    }
    for (const auto& text : samples[i].texts)
      collection.fitting[text.text].push_back(collection.pictures.rows);
    ++collection.pictures.rows;
    collection.pictures.values.insert(collection.pictures.values.end(), embeddings[i].begin(),
                                      embeddings[i].end());
  }
  samples.clear();
}

Collection collect(const Model& model, const SourceConfig& data, const SearchEvalOptions& options) {
  const Dataset dataset(std::span(&data, 1), {.cache = options.cache});
  Collection collection{.pictures = {.width = model.embed_dim()}};
  std::vector<Sample> waiting;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    check_interrupt();
    try {
      waiting.push_back(dataset.read(i));
    } catch (const Error& error) {
      ++collection.bad;
      if (options.on_bad) options.on_bad(error.what());
    }
    if (std::ssize(waiting) < kAtOnce && i + 1 < dataset.size()) continue;
    encode_part(model, waiting, collection, options);
    if (options.progress) options.progress(i + 1, dataset.size());
  }
  if (collection.pictures.rows == 0)
    fail(ErrorKind::bad_input, "{}: none of its samples could be used; see what was said of each",
         data.path);
  return collection;
}

/// A query over a part of the pictures.
struct Trial {
  std::span<const float> query;
  const std::vector<int64_t>& fitting;  ///< ascending
  bool present = true;
  int64_t left_out = -1;  ///< the query itself, where it is a picture
  bool words = true;
};

class Judge {
 public:
  Judge(const Model& model, const Embeddings& pictures)
      : pictures_(pictures), background_(encode_null_prompts(model), pictures) {
    for (int64_t i = 0; i < pictures.rows; ++i)
      of_picture_.push_back(background_.of_picture(pictures.row(i)));
  }

  /// The best of a smaller library, judged: every `step`-th of the pictures that fit and of the
  /// others, so that a match is as often there as in the whole library.
  std::vector<JudgedMatch> best(const Trial& trial, int64_t step) const {
    std::vector<double> scores;
    std::vector<int64_t> rows;
    int64_t fitting = 0, others = 0;
    for (int64_t row = 0; row < pictures_.rows; ++row) {
      const bool fits_here = fits(trial, row);
      if (row == trial.left_out || (!trial.present && fits_here)) continue;
      if ((fits_here ? fitting : others)++ % step != 0) continue;
      rows.push_back(row);
      scores.push_back(cosine(trial.query, pictures_.row(row)));
    }
    const ScoreSpread spread = background_.of_scores(scores);
    std::vector<JudgedMatch> judged;
    for (const size_t i : top(scores, kBest))
      judged.push_back(
          {.features = {.query_z = spread.z(scores[i]),
                        .picture_z =
                            trial.words ? picture_z(scores[i], spread, of_picture_[rows[i]]) : 0,
                        .pictures = std::ssize(rows)},
           .fits = fits(trial, rows[i])});
    return judged;
  }

 private:
  static bool fits(const Trial& trial, int64_t row) {
    return std::binary_search(trial.fitting.begin(), trial.fitting.end(), row);
  }

  const Embeddings& pictures_;
  Background background_;
  std::vector<ScoreSpread> of_picture_;
};

void judge(const Judge& judge, const Trial& trial, SearchEval& eval) {
  const auto judged = judge.best(trial, 1);
  SearchVerdict verdict{.present = trial.present};
  for (const auto& match : judged)
    verdict.confidence = std::max(
        verdict.confidence, confidence(match.features, trial.words ? kTextLink : kPictureLink));
  verdict.right = !judged.empty() && judged.front().fits;
  eval.verdicts.push_back(verdict);
  eval.pairs.insert(eval.pairs.end(), judged.begin(), judged.end());
  for (const int64_t step : {4, 16}) {
    const auto fewer = judge.best(trial, step);
    eval.pairs.insert(eval.pairs.end(), fewer.begin(), fewer.end());
  }
}

bool kept(const std::string& name) { return hash_of(name) % 2 == 0; }

}  // namespace

SearchEval eval_search(const Model& model, const SourceConfig& data,
                       const SearchEvalOptions& options) {
  const Collection collection = collect(model, data, options);
  const Judge at(model, collection.pictures);
  SearchEval eval{.images = collection.pictures.rows, .bad = collection.bad};
  if (options.pictures) {
    for (const auto& [text, fitting] : collection.fitting)
      for (const int64_t row : fitting)
        if (fitting.size() > 1)
          judge(at,
                {.query = collection.pictures.row(row),
                 .fitting = fitting,
                 .present = kept(fmt::format("{} {}", text, row)),
                 .left_out = row,
                 .words = false},
                eval);
    return eval;
  }
  std::vector<std::string> texts;
  for (const auto& [text, fitting] : collection.fitting) texts.push_back(text);
  const Embeddings queries = model.encode_texts(texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    check_interrupt();
    judge(at,
          {.query = queries.row(static_cast<int64_t>(i)),
           .fitting = collection.fitting.at(texts[i]),
           .present = kept(texts[i])},
          eval);
  }
  return eval;
}

SearchFigures figures_at(const std::vector<SearchVerdict>& verdicts, double threshold) {
  SearchFigures figures;
  for (const auto& verdict : verdicts) {
    const bool says_so = verdict.confidence >= threshold;
    if (verdict.present)
      ++(says_so ? figures.found : figures.missed);
    else
      ++(says_so ? figures.false_alarms : figures.refused);
  }
  return figures;
}

double separation(const std::vector<SearchVerdict>& verdicts) {
  std::vector<double> absent;
  for (const auto& verdict : verdicts)
    if (!verdict.present) absent.push_back(verdict.confidence);
  std::sort(absent.begin(), absent.end());
  double wins = 0, pairs = 0;
  for (const auto& verdict : verdicts) {
    if (!verdict.present) continue;
    const auto [low, high] = std::equal_range(absent.begin(), absent.end(), verdict.confidence);
    wins += static_cast<double>(low - absent.begin()) + static_cast<double>(high - low) / 2;
    pairs += static_cast<double>(absent.size());
  }
  return pairs > 0 ? wins / pairs : 0.5;
}

}  // namespace tandem
