// Pictures for the places of a lesson, none where nothing fits. How it is decided and how well it
// does: docs/illustrate.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "illustrate/fit.h"
#include "illustrate/lesson.h"
#include "illustrate/passage.h"
#include "index/picture_set.h"
#include "tandem/model.h"

namespace tandem {

struct IllustrateOptions {
  int uses = 1;                 ///< a picture stands at most at so many places
  double min_confidence = 0.5;  ///< 0 to 1: below it nothing fits
  size_t candidates = 32;       ///< pictures that are considered for a place
  bool names = true;            ///< pictures' file names count too
  PassageRule rule{};
};

/// What a place got.
struct Placement {
  size_t place = 0;                     ///< index
  std::optional<Candidate> picture;     ///< none where nothing fits
  std::vector<Candidate> alternatives;  ///< other candidates, best first
};

/// The choice among candidates: of all ways to give each place one picture or none and no picture
/// to more than `uses` places, the one of the largest expected use: a picture that fits is worth
/// 1 - min_confidence, one that does not costs min_confidence, so that a place alone gets its
/// likeliest picture where that has at least min_confidence. One placement for each place, in
/// order.
std::vector<Placement> choose(std::span<const std::vector<Candidate>> candidates, size_t pictures,
                              const IllustrateOptions& options);

/// Encodes the places and chooses. Errors: bad_model where an embedding is not finite; as
/// Model::encode_texts; Interrupted.
std::vector<Placement> illustrate(const Model& model, std::span<const Place> places,
                                  const PictureSet& pictures,
                                  const IllustrateOptions& options = {});

}  // namespace tandem
