#include "kernels/product.h"

#include <algorithm>

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

// Panels of a task. Small products are cut finer, down to the widest register tile.
int64_t chunk_panels(int64_t tiles, int64_t panels) {
  int64_t chunk = kChunkPanels;
  while (chunk > kLeastChunkPanels && tiles * ((panels + chunk - 1) / chunk) < kManyTasks)
    chunk /= 2;
  return chunk;
}

Epilogue at(const Epilogue& whole, int64_t row, int64_t column) {
  Epilogue part = whole;
  if (part.bias) part.bias += column;
  if (part.gamma) part.gamma += column;
  if (part.residual) part.residual += row * part.residual_stride + column;
  return part;
}

}  // namespace

void multiply(const Kernels& kernels, int64_t rows, const RowSource& source,
              const PackedMatrix& weights, float* y, int64_t y_stride, const Epilogue& epilogue) {
  const int64_t tiles = (rows + kTileRows - 1) / kTileRows;
  const int64_t panels = weights.panels(), chunk = chunk_panels(tiles, panels);
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
  parallel_for(tiles * chunks, [&](int64_t task) {
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

}  // namespace tandem::cpu
