// A weight matrix in the form that products read: made once, when a model is prepared.
#pragma once

#include <cstdint>
#include <functional>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "kernels/floats.h"

namespace tandem::cpu {

/// How work is shared out: calls body(i) once for every i in [0, count).
using ParallelFor = void (*)(int64_t count, const std::function<void(int64_t)>& body);

/// W [columns, terms] for y = x W^T: blocks of kBlock terms, in each the panels of kPanel
/// columns, in each [terms of the block][kPanel]. Columns are padded with zeros to whole panels.
/// The layout is the same for every instruction set.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  PackedMatrix(int64_t columns, int64_t terms);
  /// Another matrix in the same memory, where it is enough.
  void resize(int64_t columns, int64_t terms);

  int64_t columns() const { return columns_; }
  int64_t terms() const { return terms_; }
  int64_t panels() const;
  /// Panel `panel` of the block that begins at term `begin`; the next panel follows it.
  const float* block(int64_t begin, int64_t panel) const;

  /// Fills panel `panel` from `count` <= kPanel rows of W, which are `stride` apart; zeros behind.
  void put_panel(int64_t panel, const float* rows, int64_t stride, int64_t count);
  /// Fills `count` panels of the block of terms that begins at `begin` from W^T [terms, columns],
  /// whose rows are `stride` apart.
  void put_block(int64_t begin, int64_t panel, int64_t count, const float* from, int64_t stride);

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

/// Packs W [columns, terms], or with `transposed` W^T [terms, columns], that stands in memory as
/// f32 with rows `stride` apart, in the memory of `packed`.
void pack(const float* from, int64_t stride, int64_t columns, int64_t terms, bool transposed,
          PackedMatrix& packed, ParallelFor parallel = parallel_for);

/// Packs a stored matrix: [columns, ...] of any shape, or transposed [terms, columns].
PackedMatrix pack(const TensorView& tensor, bool transposed);

}  // namespace tandem::cpu
