// Taxonomies whose words are directions of a small space, so that every number can be worked out.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "sort/category_logits.h"
#include "sort/taxonomy.h"

namespace tandem_test {

inline tandem::Taxonomy taxonomy_of(const std::string& toml) {
  return tandem::parse_taxonomy(toml, "pets.toml", "");
}

inline std::vector<float> unit(std::vector<float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  for (float& value : values) value = static_cast<float>(value / std::sqrt(sum));
  return values;
}

/// An encoder that knows some texts by heart, each a direction; others get the last axis.
inline tandem::EncodeDescriptions encoder(std::map<std::string, std::vector<float>> known,
                                          int64_t width) {
  return [known, width](std::span<const std::string> texts) {
    tandem::Embeddings rows{.rows = static_cast<int64_t>(texts.size()), .width = width};
    for (const auto& text : texts) {
      std::vector<float> row(static_cast<size_t>(width));
      row.back() = 1;
      if (const auto at = known.find(text); at != known.end()) row = unit(at->second);
      rows.values.insert(rows.values.end(), row.begin(), row.end());
    }
    return rows;
  };
}

}  // namespace tandem_test
