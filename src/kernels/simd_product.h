// The product of a block: register tiles of kRows rows by kPanels panels, each term's panel
// row times the broadcast numbers of a. For the rules of this header see kernels.h.
#pragma once

#include "kernels/simd_math.h"

namespace tandem::cpu {

template <class V>
struct ProductOf {
  using T = typename V::Type;
  static constexpr int kVectors = kPanel / V::kLanes;  // vectors of a panel's row

  /// Terms ahead that the panel is asked for: far enough to hide the second-level cache.
  static constexpr int64_t kAhead = 16;

  /// Terms between two looks at what is to be fetched for the next block.
  static constexpr int64_t kGroup = 8;

  // Where a tile's factors and its result stand; and the next block's weights that are to be
  // fetched meanwhile: `fetches` places in each group of terms, `step` bytes apart.
  struct Place {
    const float* a;
    const float* b;
    float* c;
    const char* next;
    int64_t fetches, step;
  };

  template <bool kTransposed, int kRows, int kPanels>
  static void tile(const Product& p, Place at) {
    constexpr int kWide = kPanels * kVectors;
    T sum[kRows][kWide];
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
      for (int j = 0; j < kWide; ++j) sum[i][j] = V::broadcast(0.0f);
    const int64_t panel_stride = p.panel_stride, stride = p.a_stride;
    const auto add_term = [&]() __attribute__((always_inline)) {
      T row[kWide];
#pragma GCC unroll 16
      for (int panel = 0; panel < kPanels; ++panel) {
        __builtin_prefetch(at.b + panel * panel_stride + kAhead * kPanel);
#pragma GCC unroll 16
        for (int j = 0; j < kVectors; ++j)
          row[panel * kVectors + j] = V::load(at.b + panel * panel_stride + j * V::kLanes);
      }
      at.b += kPanel;
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        const T x = V::broadcast(at.a[kTransposed ? i : i * stride]);
#pragma GCC unroll 16
        for (int j = 0; j < kWide; ++j) sum[i][j] = V::fma(x, row[j], sum[i][j]);
      }
      at.a += kTransposed ? stride : 1;
    };
    int64_t term = 0;
    for (; term + kGroup <= p.terms; term += kGroup) {
      for (int64_t i = 0; i < at.fetches; ++i, at.next += at.step)
        __builtin_prefetch(at.next, 0, 2);
#pragma GCC unroll 8
      for (int64_t i = 0; i < kGroup; ++i) add_term();
    }
    for (; term < p.terms; ++term) add_term();
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 16
      for (int j = 0; j < kWide; ++j) {
        float* to = at.c + i * p.c_stride + j * V::kLanes;
        V::store(to, p.accumulate ? V::add(sum[i][j], V::load(to)) : sum[i][j]);
      }
  }

  // A tile of `rows` <= kRows rows: the number of rows becomes a constant.
  template <bool kTransposed, int kRows, int kPanels>
  static void tile_of(const Product& p, int64_t rows, const Place& at) {
    if constexpr (kRows > 1) {
      if (rows < kRows) return tile_of<kTransposed, kRows - 1, kPanels>(p, rows, at);
    }
    tile<kTransposed, kRows, kPanels>(p, at);
  }

  template <bool kTransposed, int kPanels>
  static void tile_of_panels(const Product& p, int64_t panels, int64_t rows, const Place& at) {
    if constexpr (kPanels > 1) {
      if (panels < kPanels) return tile_of_panels<kTransposed, kPanels - 1>(p, panels, rows, at);
    }
    tile_of<kTransposed, V::kRows, kPanels>(p, rows, at);
  }

  static void multiply(const Product& p) {
    if (p.a_transposed)
      multiply_as<true>(p);
    else
      multiply_as<false>(p);
  }

  template <bool kTransposed>
  static void multiply_as(const Product& p) {
    // Rows are shared out evenly: two tiles of five rows are faster than one of eight and two.
    const int64_t tiles = (p.rows + V::kRows - 1) / V::kRows;
    // All tiles together fetch the next block once, a cache line at a time.
    constexpr int64_t kLine = 64;
    const int64_t wide = p.panels < V::kPanels ? p.panels : V::kPanels;
    const int64_t bytes = (kLine * kGroup * wide + tiles - 1) / tiles;  // in a group of terms
    const int64_t fetches = p.next ? (bytes + kLine - 1) / kLine : 0;
    const int64_t step = bytes < kLine ? bytes : kLine;
    const char* next = reinterpret_cast<const char*>(p.next);
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t begin = p.rows * t / tiles, rows = p.rows * (t + 1) / tiles - begin;
      for (int64_t panel = 0; panel < p.panels; panel += V::kPanels) {
        const int64_t left = p.panels - panel;
        const int64_t panels = left < V::kPanels ? left : V::kPanels;
        tile_of_panels<kTransposed, V::kPanels>(
            p, panels, rows,
            {p.a + begin * (kTransposed ? 1 : p.a_stride), p.b + panel * p.panel_stride,
             p.c + begin * p.c_stride + panel * kPanel, next, fetches, step});
        if (p.next) next += p.terms / kGroup * fetches * step;
        if (p.epilogue) finish(p, begin, rows, panel, panels);
      }
    }
  }

  // The tile was just stored: it is read again from the first-level cache.
  static void finish(const Product& p, int64_t row, int64_t rows, int64_t panel, int64_t panels) {
    switch (p.epilogue->function) {
      case Epilogue::Function::none:
        return finish_as(p, row, rows, panel, panels, [](T x) { return x; });
      case Epilogue::Function::quick_gelu:
        return finish_as(p, row, rows, panel, panels, [](T x) { return Math<V>::quick_gelu(x); });
      case Epilogue::Function::gelu:
        return finish_as(p, row, rows, panel, panels, [](T x) { return Math<V>::gelu(x); });
      case Epilogue::Function::gelu_tanh:
        return finish_as(p, row, rows, panel, panels, [](T x) { return Math<V>::gelu_tanh(x); });
    }
  }

  template <class Function>
  static void finish_as(const Product& p, int64_t row, int64_t rows, int64_t panel, int64_t panels,
                        Function function) {
    const Epilogue& e = *p.epilogue;
    for (int64_t i = row; i < row + rows; ++i)
      for (int64_t j = panel * kPanel; j < (panel + panels) * kPanel; j += V::kLanes) {
        float* to = p.c + i * p.c_stride + j;
        T x = V::load(to);
        if (e.bias) x = V::add(x, V::load(e.bias + j));
        x = function(x);
        if (e.gamma) x = V::multiply(x, V::load(e.gamma + j));
        if (e.residual) x = V::add(x, V::load(e.residual + i * e.residual_stride + j));
        if (e.relu) x = V::max(x, V::broadcast(0.0f));
        V::store(to, x);
      }
  }
};

}  // namespace tandem::cpu
