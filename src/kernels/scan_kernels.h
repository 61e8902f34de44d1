// Dot products of many rows with a few queries: what exact search spends its time on. For the rules
// of per-instruction-set files see kernels.h.
#pragma once

#include <cstdint>

#include "base/isa.h"

namespace tandem::cpu {

/// Rows and queries are padded with zeros to a multiple of these many numbers and begin at a
/// multiple of 64 bytes, so that no kernel has a tail to care for.
constexpr int64_t kScanFloats = 16;
constexpr int64_t kScanBytes = 64;

/// Queries stand one after the other, `width` apart. scores[r * queries + q] is rows[r] . query q.
/// Several queries share each read of a row.
template <class Number, class Score>
struct Scan {
  const Number* const* rows = nullptr;
  int64_t row_count = 0;
  const Number* queries = nullptr;
  int64_t query_count = 0;
  int64_t width = 0;  ///< padded
  Score* scores = nullptr;
};

struct ScanKernels {
  const char* name;
  /// A score has one order of summation, however many rows and queries are asked for at once.
  void (*floats)(const Scan<float, float>& scan);
  /// Exact; numbers are from -127 to 127, width at most 2^17.
  void (*bytes)(const Scan<int8_t, int32_t>& scan);
};

/// The table for chosen_isa(), with VNNI's products of bytes where this CPU has them.
const ScanKernels& chosen_scan_kernels();

/// The tables that this CPU can run, the plainest first; the count is returned.
int available_scan_kernels(const ScanKernels* found[4]);

extern const ScanKernels kScalarScanKernels;
extern const ScanKernels kAvx2ScanKernels;
extern const ScanKernels kAvx512ScanKernels;
extern const ScanKernels kVnniScanKernels;

}  // namespace tandem::cpu
