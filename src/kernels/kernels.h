// The face of the per-instruction-set kernels: plain structs and one table of functions.
//
// The files simd_*.h hold every kernel once, as templates over a vector type V; each
// kernels_ISA.cpp brings its V, in an anonymous namespace, and instantiates them. What is
// made from a V of one file has internal linkage, so code for one instruction set cannot be
// merged by the linker into a file for another; this header and simd_*.h therefore contain no
// inline function that does not depend on V, the standard library's included.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace tandem::cpu {

/// Panels of packed matrices are this many columns wide, and rows of tensors are padded to
/// whole panels, whatever the instruction set.
constexpr int64_t kPanel = 16;

/// Sums over K are made in blocks of this many terms, one after the other: this fixes the
/// order of every sum, whatever the tile, the batch or the number of threads.
constexpr int64_t kBlock = 256;

/// What follows a product, in this order. Pointers are null where there is nothing.
struct Epilogue {
  enum class Function { none, quick_gelu, gelu, gelu_tanh };

  const float* bias = nullptr;  ///< per column, padded to whole panels
  Function function = Function::none;
  const float* gamma = nullptr;     ///< per column, padded to whole panels
  const float* residual = nullptr;  ///< rows of whole panels
  int64_t residual_stride = 0;
  bool relu = false;
};

/// One block of a product: c[rows, panels * 16] = or += a[rows, terms] b, where a panel of b is
/// [terms][16]. c and the epilogue's pointers begin at the block's first row and column.
struct Product {
  const float* a = nullptr;
  int64_t a_stride = 0;
  bool a_transposed = false;  ///< a is [terms, rows] in memory
  const float* b = nullptr;
  int64_t panel_stride = 0;  ///< numbers from one panel to the next
  float* c = nullptr;
  int64_t c_stride = 0;
  int64_t rows = 0;
  int64_t panels = 0;
  int64_t terms = 0;
  bool accumulate = false;
  const Epilogue* epilogue = nullptr;  ///< the last block over K only
  /// Weights that will be asked for after b, or null: they are fetched into the second-level
  /// cache meanwhile, as many as b has.
  const float* next = nullptr;
};

/// One head of one sequence (or of some of its queries). Pointers begin at the head's first
/// column, q and y at the first query's row, k and v at the sequence's first.
struct Head {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  float* y = nullptr;
  int64_t q_stride = 0, k_stride = 0, v_stride = 0, y_stride = 0;
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t width = 0;
  float scale = 1;
  /// Keys that query i may attend to: the first visible[i] of them; null: all.
  const int64_t* visible = nullptr;
  const uint8_t* hidden = nullptr;  ///< one a key, or null
  /// For the gradient: query i's largest scaled score and one over the sum of
  /// exp(score - largest), at statistics[i * statistics_stride] and behind it; null: not written.
  float* statistics = nullptr;
  int64_t statistics_stride = 0;
};

/// One head of some rows of a trie. k, v and hidden point at row 0 of the whole matrix; row i of
/// q and y stands at row query_rows[i] of it.
struct TrieHead {
  Head head;                            ///< keys: the greatest depth + 1
  const int64_t* query_rows = nullptr;  ///< `head.queries` of them
  const int64_t* parents = nullptr;     ///< one a row of the matrix, -1 for a root
  const int64_t* depths = nullptr;      ///< one a row of the matrix, 0 for a root
  int64_t* path = nullptr;              ///< scratch: `head.keys` of them
  uint8_t* hidden = nullptr;            ///< scratch: `head.keys` of them
};

struct Kernels {
  Isa isa = Isa::scalar;
  void (*multiply)(const Product& product);
  /// Floats of scratch, 64-byte aligned, that attend and attend_trie need.
  int64_t (*attention_scratch)(int64_t keys, int64_t width);
  void (*attend)(const Head& head, float* scratch);
  void (*attend_trie)(const TrieHead& head, float* scratch);
  /// y = (x - mean) / sqrt(variance + eps) * gain + bias over each of `groups` groups.
  void (*layer_norm)(const float* x, float* y, int64_t groups, int64_t group, const float* gain,
                     const float* bias, float eps);
  /// Each of `groups` groups divided by its length.
  void (*normalise)(float* x, int64_t groups, int64_t group);
  /// x += gamma * y, gamma null for 1.
  void (*add)(float* x, const float* y, const float* gamma, int64_t n);
  void (*scale)(float* x, float factor, int64_t n);
};

/// The table for an instruction set, or null where this build has none of its own.
const Kernels* kernels_of(Isa isa);

/// The table for chosen_isa(), or the next plainer one. Errors: those of chosen_isa().
const Kernels& chosen_kernels();

extern const Kernels kScalarKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;

}  // namespace tandem::cpu
