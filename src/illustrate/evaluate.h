// How good illustrating is on figures whose texts are known (docs/illustrate.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "eval/metrics.h"
#include "illustrate/figure_pairs.h"
#include "illustrate/fit.h"
#include "illustrate/illustrate.h"

namespace tandem {

/// Each text asks for its figure among all.
struct FigureRetrieval {
  int64_t n = 0;
  Share r1, r5;
};

/// Each text twice: with its figure in the library, and in one of as many figures without it.
struct NoneFigures {
  int64_t n = 0;            ///< texts
  int64_t pictures = 0;     ///< in the smaller library
  Share right;              ///< present, and it got its own figure
  Share wrong;              ///< present, and it got another
  Share none_right;         ///< absent, and it got none
  Share precision;          ///< of all that were placed, its own; 0 of 0 is 0 to 1
  double separation = 0.5;  ///< the probability that a text's best confidence is larger where its
                            ///< figure is present (area under the ROC curve)
  double expected = 0;      ///< mean confidence of what was placed: equal to `precision` where the
                            ///< calibration is right
};

struct IllustrateEval {
  FigureRetrieval clip, file_names, both, chance;  ///< `both`: by confidence
  NoneFigures none;
};

/// Places of one line each: the pairs that have text number `text`, from 0, under their book's
/// title. `owner[i]`: the pair of place i.
struct FigurePlaces {
  std::vector<Place> places;
  std::vector<size_t> owners;
};
FigurePlaces figure_places(const FigurePairs& pairs, size_t text);

/// Recall of one rule, without the calibration.
FigureRetrieval eval_rule(const Model& model, const FigurePairs& pairs, size_t text,
                          const PassageRule& rule);

/// `file_names` has n = 0 where no pair has a file name. Pictures are parted into two libraries by
/// the hashes of their keys. Error: bad_input where no pair has such a text.
IllustrateEval eval_illustrate(const Model& model, const FigurePairs& pairs, size_t text,
                               const IllustrateOptions& options, const FitLinks& links = kFitLinks);

/// The links of greatest likelihood over the best candidates of all texts, in libraries of several
/// sizes, half of the places without their figure (logistic regression by Newton's steps with a
/// penalty of 1e-3 on the squares of the weights).
FitLinks fit_links(const Model& model, const FigurePairs& pairs, const PassageRule& rule);

}  // namespace tandem
