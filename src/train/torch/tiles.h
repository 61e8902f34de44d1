// The matrix of all pairs, seen tile by tile: which tiles a rank computes.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tandem::torch_train {

/// Rows and columns of one tile at most: 4 MiB of floats.
inline constexpr int64_t kTileEdge = 1024;

/// Pictures [row, row + rows) against texts [column, column + columns) of the whole batch.
struct Tile {
  int64_t row = 0, rows = 0, column = 0, columns = 0;
  bool own_rows = false, own_columns = false;  ///< whether they belong to this rank
  /// Its diagonal is pairs: tiles are cut alike in both directions.
  bool pairs() const { return row == column; }
};

/// Every tile with rows or columns of this rank, who has [rank * n, (rank + 1) * n) of both.
template <class Visit>
void for_each_tile(int64_t n, int rank, int ranks, const Visit& visit) {
  for (int64_t row_rank = 0; row_rank < ranks; ++row_rank)
    for (int64_t column_rank = 0; column_rank < ranks; ++column_rank) {
      const bool own_rows = row_rank == rank, own_columns = column_rank == rank;
      if (!own_rows && !own_columns) continue;
      for (int64_t row = 0; row < n; row += kTileEdge)
        for (int64_t column = 0; column < n; column += kTileEdge)
          visit(Tile{.row = row_rank * n + row,
                     .rows = std::min(kTileEdge, n - row),
                     .column = column_rank * n + column,
                     .columns = std::min(kTileEdge, n - column),
                     .own_rows = own_rows,
                     .own_columns = own_columns});
    }
}

}  // namespace tandem::torch_train
