// Rows against up to eight queries, their sums in registers. For the rules of this header see
// kernels.h.
//
// V brings Number, Score, Sum (a register of partial sums), Row (a register of numbers), kStep
// (numbers in a Row), zero(), row(p), query(p), add(sum, row, query), bias(query, width) (what a
// sum is too large by) and sum4: the totals of four Sums.
//
// Rows are read one after the other, as memory is read fastest: several at once, though better for
// registers, are more streams than the hardware follows (half of the speed for one query). The
// processor overlaps the sums of neighbouring rows by itself.
#pragma once

#include "kernels/scan_kernels.h"

namespace tandem::cpu {

template <class V>
struct ScanOf {
  using Number = typename V::Number;
  using Score = typename V::Score;
  using Task = Scan<Number, Score>;

  // What eight sums of bytes are slow enough to fetch meanwhile; in f32 it costs more than it
  // gives.
  static constexpr int kAhead = 4096;

  // kRows x kQueries sums of `scan` from this row and query on; eight at most.
  template <int kRows, int kQueries>
  static void tile(const Task& scan, int64_t row, int64_t query, const Score* bias) {
    constexpr int kAll = (kRows * kQueries + 3) / 4 * 4;
    typename V::Sum sums[kAll];
#pragma GCC unroll 8
    for (int i = 0; i < kAll; ++i) sums[i] = V::zero();
    const Number* queries = scan.queries + query * scan.width;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Number* numbers = scan.rows[row + r];
      for (int64_t at = 0; at < scan.width; at += V::kStep) {
        const auto part = V::row(numbers + at);
        if constexpr (kQueries >= 4 && sizeof(Number) == 1)
          __builtin_prefetch(numbers + at + kAhead, 0, 3);
#pragma GCC unroll 8
        for (int q = 0; q < kQueries; ++q)
          sums[r * kQueries + q] =
              V::add(sums[r * kQueries + q], part, V::query(queries + q * scan.width + at));
      }
    }
    Score totals[kAll];
#pragma GCC unroll 2
    for (int i = 0; i < kAll; i += 4)
      V::sum4(sums[i], sums[i + 1], sums[i + 2], sums[i + 3], totals + i);
    for (int r = 0; r < kRows; ++r)
      for (int q = 0; q < kQueries; ++q)
        scan.scores[(row + r) * scan.query_count + query + q] = totals[r * kQueries + q] - bias[q];
  }

  template <int kQueries>
  static void columns(const Task& scan, int64_t query) {
    constexpr int kRows = 8 / kQueries;
    Score bias[kQueries];
    for (int q = 0; q < kQueries; ++q)
      bias[q] = V::bias(scan.queries + (query + q) * scan.width, scan.width);
    int64_t row = 0;
    for (; row + kRows <= scan.row_count; row += kRows)
      tile<kRows, kQueries>(scan, row, query, bias);
    for (; row < scan.row_count; ++row) tile<1, kQueries>(scan, row, query, bias);
  }

  static void run(const Task& scan) {
    int64_t query = 0;
    for (; query + 8 <= scan.query_count; query += 8) columns<8>(scan, query);
    for (; query + 4 <= scan.query_count; query += 4) columns<4>(scan, query);
    for (; query + 2 <= scan.query_count; query += 2) columns<2>(scan, query);
    for (; query < scan.query_count; ++query) columns<1>(scan, query);
  }
};

template <class Floats, class Bytes>
constexpr ScanKernels scan_kernels_with(const char* name) {
  return {.name = name, .floats = ScanOf<Floats>::run, .bytes = ScanOf<Bytes>::run};
}

}  // namespace tandem::cpu
