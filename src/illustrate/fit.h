// How well pictures fit places, as probabilities: a cosine alone says nothing, because its usual
// size differs from text to text and from picture to picture (docs/illustrate.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "illustrate/file_name_score.h"
#include "illustrate/passage.h"
#include "tandem/model.h"

namespace tandem {

/// How a picture's score for a place stands out.
struct FitFeatures {
  double z = 0;          ///< among the place's scores over all pictures
  double picture_z = 0;  ///< among the picture's scores for texts that say little
  double margin = 0;     ///< z less that of the best other picture, copies of this one left out
  int64_t pictures = 1;  ///< to choose from: the best of many is high by chance
  bool named = false;    ///< the picture's file name has words
  double name = 0;       ///< how much of them the place's text has
  double name_lead = 0;  ///< `name` less that of the best other picture
};

/// logit = bias + z * of_z + picture_z * of_picture + margin * of_margin + ln(pictures) * of_number
/// + name * of_name + name_lead * of_name_lead.
struct FitLink {
  double bias = 0, of_z = 0, of_picture = 0, of_margin = 0, of_number = 0, of_name = 0,
         of_name_lead = 0;
};

/// For pictures whose names say nothing, and for those that have a name: there, a name that does
/// not fit speaks against the picture.
struct FitLinks {
  FitLink plain, named;
};

/// Fitted with the built-in model on figures that it has not seen, by `tandem eval illustrate
/// --fit` (bench/illustrate.sh).
extern const FitLinks kFitLinks;

/// 0 to 1.
double fit_confidence(const FitFeatures& features, const FitLinks& links = kFitLinks);

/// A picture that may stand at a place.
struct Candidate {
  size_t picture = 0;
  FitFeatures features;
  double confidence = 0;
};

/// Scores of texts that say little, once for all places: what a picture scores anyway.
class PictureBackground {
 public:
  /// `nulls`: say_little() encoded. Each row of both has length 1.
  PictureBackground(const Embeddings& nulls, const Embeddings& pictures);

  double z(size_t picture, double score) const {
    return (score - means_[picture]) / spreads_[picture];
  }
  /// Over all pictures, the mean of means and the root mean square of spreads.
  double centre() const { return centre_; }
  double spread() const { return spread_; }

 private:
  std::vector<double> means_, spreads_;
  double centre_ = 0, spread_ = 1;
};

/// Texts that fit nearly any picture of a lesson as well as any other.
std::span<const char* const> say_little();

/// Pictures to choose from, with what is known of them.
struct PictureShelf {
  Embeddings pictures;  ///< rows of length 1
  PictureBackground background;
  FileNameScores names;  ///< of as many, or of none
};
/// `names`: file names without folders, or none at all. Error: bad_model where an embedding is not
/// finite.
PictureShelf make_shelf(const Model& model, const Embeddings& pictures,
                        std::span<const std::string> names);

/// For each place the `count` pictures of the highest scores and as many by their names, best
/// confidence first. `texts`: what the places say, to compare with names; or none. Memory: one row
/// of scores for each thread. Interrupted.
std::vector<std::vector<Candidate>> find_candidates(const Passages& passages,
                                                    std::span<const std::string> texts,
                                                    const PictureShelf& shelf, size_t count,
                                                    const FitLinks& links = kFitLinks);

}  // namespace tandem
