// A whole product on all threads: tiles of rows by chunks of columns.
#pragma once

#include <cstdint>
#include <functional>

#include "kernels/kernels.h"
#include "kernels/packed_matrix.h"

namespace tandem::cpu {

/// Some rows of the left factor and the numbers between two of them.
struct RowBlock {
  const float* data = nullptr;
  int64_t stride = 0;
};

/// Gives terms [begin, begin + count) of rows [row, row + rows): a pointer to where they stand,
/// or writes them to `scratch` [rows, count].
using RowSource = std::function<RowBlock(int64_t row, int64_t rows, int64_t begin, int64_t count,
                                         float* scratch)>;

/// y [rows, weights' columns in whole panels] = the source's rows times W^T, then the epilogue.
/// An element's value depends on its row, its column and nothing else.
void multiply(const Kernels& kernels, int64_t rows, const RowSource& source,
              const PackedMatrix& weights, float* y, int64_t y_stride, const Epilogue& epilogue);

}  // namespace tandem::cpu
