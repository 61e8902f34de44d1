#include "kernels/product.h"

#include <algorithm>
#include <cstring>

#include "base/thread_pool.h"

namespace tandem::cpu {
namespace {

// Rows of a tile and panels of a task: a block of the left factor (96 KB), one of the weights and
// the one that is fetched meanwhile (98 KB each) stay in the second-level cache together.
constexpr int64_t kTileRows = 96;
constexpr int64_t kChunkPanels = 6;

// Enough tasks for every core of a large machine, where the product is large enough.
constexpr int64_t kManyTasks = 48;
constexpr int64_t kLeastChunkPanels = 3;

// A task of a transposed product: a block of the left factor (48 KB), which is packed for it, and
// one of the right (128 KB).
constexpr int64_t kTransposedRows = 48;
constexpr int64_t kTransposedPanels = 8;

// Panels of a task, at most `chunk`. Small products are cut finer, down to the widest register
// tile.
int64_t chunk_panels(int64_t tiles, int64_t panels, int64_t chunk) {
  while (chunk > kLeastChunkPanels && tiles * ((panels + chunk - 1) / chunk) < kManyTasks)
    chunk /= 2;
  return chunk;
}

Epilogue at(const Epilogue& whole, int64_t row, int64_t column) {
  Epilogue part = whole;
  if (part.bias) part.bias += column;
  if (part.before) part.before += row * part.before_stride + column;
  if (part.gamma) part.gamma += column;
  if (part.residual) part.residual += row * part.residual_stride + column;
  return part;
}

// Columns [0, rows) of `terms` rows as one tile of kTile columns after the other, each
// [terms][kTile], the last one narrower. Row by row: a column alone would fall into few lines of a
// cache.
template <int64_t kTile>
void pack_columns(const float* from, int64_t stride, int64_t rows, int64_t terms, float* to) {
  const int64_t whole = rows / kTile * kTile, rest = rows - whole;
  for (int64_t term = 0; term < terms; ++term, from += stride) {
    float* place = to + term * kTile;
    for (int64_t begin = 0; begin < whole; begin += kTile, place += terms * kTile)
      std::memcpy(place, from + begin, kTile * sizeof(float));
    for (int64_t i = 0; i < rest; ++i) to[whole * terms + term * rest + i] = from[whole + i];
  }
}

auto pack_columns_of(int64_t tile) {
  switch (tile) {
    case 8: return pack_columns<8>;
    case 6: return pack_columns<6>;
    default: return pack_columns<2>;
  }
}

}  // namespace

void multiply(const Kernels& kernels, int64_t rows, const RowSource& source,
              const PackedMatrix& weights, float* y, int64_t y_stride, const Epilogue& epilogue,
              ParallelFor parallel) {
  const int64_t tiles = (rows + kTileRows - 1) / kTileRows;
  const int64_t panels = weights.panels(), chunk = chunk_panels(tiles, panels, kChunkPanels);
  const int64_t chunks = (panels + chunk - 1) / chunk;
  // Either factor is read again for every part of the other, in all as often: the smaller one,
  // which a cache holds, is to go by while a part of the larger one stays.
  const bool rows_stay = rows > weights.columns();
  const auto tile_of = [&](int64_t task) { return rows_stay ? task / chunks : task % tiles; };
  const auto panel_of = [&](int64_t task) {
    return (rows_stay ? task % chunks : task / tiles) * chunk;
  };
  // The first weights of the task that this thread may expect next.
  const int64_t threads = thread_count();
  const auto after = [&](int64_t task) {
    return weights.block(0, panel_of(std::min(task + threads, tiles * chunks - 1)));
  };
  parallel(tiles * chunks, [&](int64_t task) {
    const int64_t tile = tile_of(task), panel = panel_of(task);
    const int64_t row = rows * tile / tiles, count = rows * (tile + 1) / tiles - row;
    const Epilogue last = at(epilogue, row, panel * kPanel);
    alignas(64) float scratch[kTileRows * kBlock];
    for (int64_t begin = 0; begin < weights.terms(); begin += kBlock) {
      const int64_t terms = std::min(kBlock, weights.terms() - begin);
      const bool is_last = begin + terms == weights.terms();
      const RowBlock block = source(row, count, begin, terms, scratch);
      kernels.multiply({.a = block.data,
                        .a_stride = block.stride,
                        .b = weights.block(begin, panel),
                        .panel_stride = terms * kPanel,
                        .c = y + row * y_stride + panel * kPanel,
                        .c_stride = y_stride,
                        .rows = count,
                        .panels = std::min(chunk, panels - panel),
                        .terms = terms,
                        .accumulate = begin > 0,
                        .epilogue = is_last ? &last : nullptr,
                        .next = is_last ? after(task) : weights.block(begin + terms, panel)});
    }
  });
}

void multiply_transposed(const Kernels& kernels, const float* a, int64_t a_stride, int64_t rows,
                         const PackedMatrix& right, float* y, int64_t y_stride,
                         ParallelFor parallel) {
  const int64_t tiles = (rows + kTransposedRows - 1) / kTransposedRows, panels = right.panels();
  const int64_t chunk = chunk_panels(tiles, panels, kTransposedPanels);
  const int64_t chunks = (panels + chunk - 1) / chunk;
  const auto pack_left = pack_columns_of(kernels.tile_rows);
  // What the packing is cut into; a register tile may be taller, and takes it as it is.
  const int64_t tile_rows =
      kernels.tile_rows == 8 || kernels.tile_rows == 6 ? kernels.tile_rows : 2;
  parallel(tiles * chunks, [&](int64_t task) {
    const int64_t row = task / chunks * kTransposedRows, panel = task % chunks * chunk;
    const int64_t count = std::min(kTransposedRows, rows - row);
    alignas(64) float scratch[kTransposedRows * kBlock];
    for (int64_t begin = 0; begin < right.terms(); begin += kBlock) {
      const int64_t terms = std::min(kBlock, right.terms() - begin);
      pack_left(a + begin * a_stride + row, a_stride, count, terms, scratch);
      for (int64_t i = 0; i < count; i += tile_rows) {
        const int64_t wide = std::min(tile_rows, count - i);
        kernels.multiply({.a = scratch + i * terms,
                          .a_stride = wide,
                          .a_transposed = true,
                          .b = right.block(begin, panel),
                          .panel_stride = terms * kPanel,
                          .c = y + (row + i) * y_stride + panel * kPanel,
                          .c_stride = y_stride,
                          .rows = wide,
                          .panels = std::min(chunk, panels - panel),
                          .terms = terms,
                          .accumulate = begin > 0});
      }
    }
  });
}

}  // namespace tandem::cpu
