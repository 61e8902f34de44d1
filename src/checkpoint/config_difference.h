// Where two configs differ, in words.
#pragma once

#include <optional>
#include <string>

#include "model/config.h"

namespace tandem {

struct ConfigDifference {
  std::string where;          ///< "text.transformer.layers"
  std::string first, second;  ///< the values as JSON, "nothing" where one has none
};

/// The first field that differs, over all that describe() tells; nothing for equals.
std::optional<ConfigDifference> first_difference(const ModelConfig& a, const ModelConfig& b);

}  // namespace tandem
