// The normalizer of a tokenizer.json, as far as CLIP's files use it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tandem {

enum class NormalizerStep {
  nfc,
  collapse_white_space,  ///< Replace \s+ by one space
  lowercase,             ///< each character on its own
};

/// Steps in order.
struct Normalizer {
  std::vector<NormalizerStep> steps;

  /// Valid UTF-8 in and out.
  std::string apply(std::string_view text) const;
  /// "nfc,white-space,lowercase".
  std::string describe() const;

  /// What CLIPTokenizerFast's files hold.
  static Normalizer of_clip();
  /// From tokenizer.json's "normalizer" (null is no step). unsupported, by name,
  /// for a step that CLIP's files do not use.
  static Normalizer from_json(const Json& normalizer, const std::string& source);
};

}  // namespace tandem
