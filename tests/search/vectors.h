// Random embeddings and vector files of them.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "search/vector_file.h"
#include "tandem/model.h"

namespace tandem_test {

/// Rows of length 1.
inline tandem::Embeddings random_embeddings(int64_t rows, int64_t width, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  tandem::Embeddings embeddings{.rows = rows, .width = width};
  for (int64_t i = 0; i < rows; ++i) {
    std::vector<float> row(static_cast<size_t>(width));
    double squares = 0;
    for (float& value : row) {
      value = normal(random);
      squares += double{value} * value;
    }
    for (float& value : row) value = static_cast<float>(value / std::sqrt(squares));
    embeddings.values.insert(embeddings.values.end(), row.begin(), row.end());
  }
  return embeddings;
}

inline const std::string kOrigin = "0123456789abcdef0123456789abcdef";

/// Row i has the id 3 * i + 1.
inline tandem::VectorFile file_of(const std::string& path, const tandem::Embeddings& rows,
                                  tandem::VectorFormat format = tandem::VectorFormat::f32) {
  tandem::write_vector_file(path, format, kOrigin, static_cast<int>(rows.width),
                            [&](const auto& each) {
                              for (int64_t i = 0; i < rows.rows; ++i) each(3 * i + 1, rows.row(i));
                              return int64_t{7};
                            });
  return tandem::VectorFile::open(path);
}

}  // namespace tandem_test
