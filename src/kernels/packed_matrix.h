// A weight matrix in the form that products read: made once, when a model is prepared.
#pragma once

#include <cstdint>
#include <functional>

#include "base/tensor.h"
#include "kernels/floats.h"

namespace tandem::cpu {

/// W [columns, terms] for y = x W^T: blocks of kBlock terms, in each the panels of kPanel
/// columns, in each [terms of the block][kPanel]. Columns are padded with zeros to whole panels.
/// The layout is the same for every instruction set.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  PackedMatrix(int64_t columns, int64_t terms);

  int64_t columns() const { return columns_; }
  int64_t terms() const { return terms_; }
  int64_t panels() const;
  /// Panel `panel` of the block that begins at term `begin`; the next panel follows it.
  const float* block(int64_t begin, int64_t panel) const;

  /// Fills panel `panel` from `rows` [kPanel, terms] row by row; rows that stand for padding
  /// are zeros.
  void put_panel(int64_t panel, const float* rows);

 private:
  int64_t offset(int64_t begin, int64_t panel) const;

  int64_t columns_ = 0, terms_ = 0;
  Floats memory_;
};

/// Writes numbers [begin, begin + count) of a floating-point tensor as float. The tensor's bytes
/// may be unaligned.
void convert(const TensorView& tensor, int64_t begin, int64_t count, float* to);

/// Packs from a function that writes column `column`'s `terms` weights.
PackedMatrix pack(int64_t columns, int64_t terms,
                  const std::function<void(int64_t column, float* to)>& weights);

/// Packs a stored matrix: [columns, ...] of any shape, or transposed [terms, columns].
PackedMatrix pack(const TensorView& tensor, bool transposed);

}  // namespace tandem::cpu
