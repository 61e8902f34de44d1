// Alt text proposals: the sentence of a bank that a model finds nearest, and how far to trust it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "describe/caption_bank.h"
#include "describe/content_words.h"
#include "describe/describe_calibration.h"
#include "describe/facets.h"
#include "describe/picture_look.h"
#include "describe/picture_role.h"
#include "tandem/model.h"

namespace tandem {

struct DescribeOptions {
  double min_confidence = 0.5;  ///< below it no text is proposed
  double sure = 0.8;            ///< from it on, and without warnings, "May show" is left out
};

/// The best sentence for a picture.
struct BestSentence {
  size_t index = 0;      ///< in the bank
  double agreement = 0;  ///< 0 to 1, see Describer
  double confidence = 0;
};

/// What is proposed for one picture. Written by a machine: a person must confirm it.
struct Proposal {
  PictureRole role = PictureRole::informative;
  bool role_assumed = false;
  std::optional<std::string> alt;    ///< nothing: refused
  std::string seen;                  ///< functional: what the picture shows; else empty
  std::optional<double> confidence;  ///< of the sentence, given or refused; nothing where none is
  std::vector<FacetReading> facets;
  std::vector<ColourShare> colours;
  std::vector<std::string> warnings;
  std::string confirm;  ///< what a person must do
};

/// Sentences are found in two steps. The 64 nearest to the picture by cosine, and sentences that
/// say nothing ("a picture of something"), share its probability: softmax of logit_scale * cosine.
/// Of the 64, the one is chosen that agrees best with the others (the consensus caption of Devlin
/// et al., arXiv 1505.04467): its agreement is the mean likeness to all, each by its probability,
/// and likeness to a sentence that says nothing is 0. Likeness is half the share of its content
/// words in the other sentence, half the cosine of the two texts above the bank's mean cosine.
class Describer {
 public:
  /// Encodes the bank; the model must outlive this. Errors: bad_model where `calibration` is fitted
  /// to another model, bad_input for an empty bank.
  Describer(const Model& model, CaptionBank bank, DescribeCalibration calibration,
            const DescribeOptions& options = {});

  const CaptionBank& bank() const { return bank_; }
  const DescribeCalibration& calibration() const { return calibration_; }
  const FacetReader& facets() const { return facets_; }
  const Model& model() const { return model_; }

  BestSentence best_sentence(std::span<const float> picture) const;
  /// role, alt, seen, confidence and facets of a picture whose warnings are known.
  void describe(std::span<const float> picture, Proposal& proposal) const;

 private:
  double likeness(size_t sentence, size_t other) const;
  void describe_scene(std::span<const float> picture, Proposal& proposal) const;
  void describe_graphic(Proposal& proposal) const;
  bool is_sure(double confidence, const Proposal& proposal) const;

  const Model& model_;
  CaptionBank bank_;
  DescribeCalibration calibration_;
  DescribeOptions options_;
  FacetReader facets_;
  Embeddings sentences_, nulls_;
  std::vector<ContentWords> words_;
  double mean_cosine_ = 0;  ///< between sentences of the bank
};

/// The proposal for a picture file. `role`: nothing means that nobody said it; informative is taken
/// and marked as assumed. `describer` may be null for roles that need none. `name` stands in
/// errors, which are decode_image's and Model's.
Proposal propose(std::span<const std::byte> file, const std::string& name,
                 std::optional<PictureRole> role, const Describer* describer,
                 int64_t max_pixels = 200'000'000);

}  // namespace tandem
