// How often "there is one" and "no good match" are right, on pictures with texts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/source_config.h"
#include "search/confidence.h"
#include "tandem/model.h"

namespace tandem {

struct SearchEvalOptions {
  std::string cache{};    ///< as DatasetOptions::cache
  bool pictures = false;  ///< queries are pictures: what fits are others with the same text
  std::function<void(const std::string& sentence)> on_bad{};
  std::function<void(int64_t done, int64_t total)> progress{};
};

/// One query and what the search said.
struct SearchVerdict {
  bool present = false;   ///< what fits was left in the library
  double confidence = 0;  ///< the largest among the ten best
  bool right = false;     ///< the best by cosine fits
};

struct SearchEval {
  int64_t images = 0, bad = 0;
  std::vector<SearchVerdict> verdicts;
  /// For fit_link: the ten best of every query, in the whole library and in a quarter and a
  /// sixteenth of it.
  std::vector<JudgedMatch> pairs;
};

/// All pictures of the data are one library; every distinct text asks for the pictures that have
/// it. For half of the queries (by the text's hash) these are taken out first. Errors: bad_input
/// where nothing can be used; as Dataset and Model.
SearchEval eval_search(const Model& model, const SourceConfig& data,
                       const SearchEvalOptions& options = {});

/// What verdicts come to at a threshold.
struct SearchFigures {
  int64_t found = 0;         ///< "there is one", and there is
  int64_t false_alarms = 0;  ///< "there is one", and there is not
  int64_t missed = 0;        ///< "no good match", and there is one
  int64_t refused = 0;       ///< "no good match", and there is none
};
SearchFigures figures_at(const std::vector<SearchVerdict>& verdicts, double threshold);

/// The probability that a query with a match gets more confidence than one without (the area under
/// the ROC curve); 0.5 is chance.
double separation(const std::vector<SearchVerdict>& verdicts);

}  // namespace tandem
