// Exact search: every row of a vector file, or every row of a set, against a few queries.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "search/vector_file.h"
#include "tandem/model.h"

namespace tandem {

struct Hit {
  int64_t row = 0;  ///< of the vector file
  float score = 0;  ///< the dot product
};

/// Larger scores first, equal ones by row, which is by id.
inline bool better(const Hit& a, const Hit& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

/// The `count` best rows for each query, best first. Up to eight queries share each read of a row.
/// `among`: the rows to look at, ascending; null: all. Rows whose score is not a number are left
/// out. Neither the number of threads nor that of queries changes a bit. An int8 file's scores are
/// those of the rounded query.
std::vector<std::vector<Hit>> scan(const VectorFile& file, const Embeddings& queries, size_t count,
                                   const std::vector<int64_t>* among = nullptr);

/// Rows ranked by a function of their dot products with all of the queries, at most eight.
std::vector<Hit> scan_combined(const VectorFile& file, const Embeddings& queries,
                               const std::function<float(const float* scores)>& combine,
                               size_t count, const std::vector<int64_t>* among = nullptr);

/// The scores of some rows: [rows] for one query of `file.width()` numbers.
std::vector<float> scores_of(const VectorFile& file, std::span<const float> query,
                             std::span<const int64_t> rows);

/// The rows of ids, both ascending; ids without a row are left out.
std::vector<int64_t> rows_of(const VectorFile& file, std::span<const int64_t> ids);

}  // namespace tandem
