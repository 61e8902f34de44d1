// Fitting a DescribeCalibration on pictures whose captions and facts are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "describe/describer.h"

namespace tandem {

/// One line of a file of described pictures.
struct DescribedPicture {
  std::string image;                  ///< path
  std::vector<std::string> captions;  ///< by people who saw it; empty: for facts alone
  /// Facet key to the answer's number; the number of answers is "none of these".
  std::map<std::string, size_t> facts;
};

/// JSON Lines: {"image": path (beside the file unless absolute), "captions": [...], "facts":
/// {"what": "an animal", "where": null, ...}}; null is "none of these", both lists may be missing.
/// Errors: bad_input naming the line.
std::vector<DescribedPicture> read_described_pictures(const std::string& path);

/// At least half of the sentence's content words stand in the captions.
bool says_the_same(const ContentWords& sentence, const std::vector<std::string>& captions);

/// Whether the describer's best sentence says the same as the captions: P(that) becomes the
/// confidence. Pictures that cannot be read are given to `on_bad` and passed over. Errors:
/// bad_input where fewer than 20 pictures have captions.
DescribeCalibration fit_describer(const Describer& describer,
                                  const std::vector<DescribedPicture>& pictures,
                                  const std::function<void(size_t done, const Error* error)>& each);

}  // namespace tandem
