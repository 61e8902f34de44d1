// Attention of one head: softmax(scale q k^T) v for a few queries at a time, so that no more
// scores than a tile's exist. For the rules of this header see kernels.h.
//
// Keys keep their place among those of their sequence (in a trie: their depth), and what a
// query may not see has the weight 0. So the same sums are made in the same order whether a
// text is padded, packed or part of a trie.
#pragma once

#include "kernels/simd_math.h"
#include "kernels/simd_product.h"

namespace tandem::cpu {

template <class V>
struct AttentionOf {
  using T = typename V::Type;

  static constexpr int64_t whole_panels(int64_t n) { return (n + kPanel - 1) / kPanel * kPanel; }

  // Scratch: keys as panels of 16 keys, values as panels of 16 columns, a tile of scores, a
  // tile of results.
  struct Scratch {
    int64_t keys, width;  // padded to whole panels
    float *k, *v, *scores, *result;

    Scratch(int64_t key_count, int64_t head_width, float* memory)
        : keys(whole_panels(key_count)), width(whole_panels(head_width)), k(memory) {
      v = k + keys * width;
      scores = v + keys * width;
      result = scores + V::kRows * keys;
    }
  };

  static int64_t scratch(int64_t keys, int64_t width) {
    const int64_t padded = whole_panels(keys), columns = whole_panels(width);
    return 2 * padded * columns + V::kRows * (padded + columns);
  }

  // A row into column `key` of panels of 16 keys, each with `width` rows.
  static void put_key(float* panels, const float* from, int64_t width, int64_t key) {
    float* to = panels + key / kPanel * width * kPanel + key % kPanel;
    for (int64_t i = 0; i < width; ++i) to[i * kPanel] = from[i];
  }

  // A row into row `row` of panels of 16 columns, each with `rows` rows.
  static void put_row(float* panels, int64_t rows, const float* from, int64_t width, int64_t row) {
    int64_t begin = 0;
    for (; begin + kPanel <= width; begin += kPanel) {
      float* to = panels + begin * rows + row * kPanel;
      for (int64_t i = 0; i < kPanel; i += V::kLanes) V::store(to + i, V::load(from + begin + i));
    }
    if (begin == width) return;
    float* to = panels + begin * rows + row * kPanel;
    for (int64_t i = 0; i < kPanel; ++i) to[i] = begin + i < width ? from[begin + i] : 0;
  }

  // Of panels of 16 keys. What is computed from columns that hold no key is never read.
  static void clear_last_panel(float* panels, int64_t keys, int64_t width) {
    float* last = panels + (keys - kPanel) * width;
    for (int64_t i = 0; i < width * kPanel; ++i) last[i] = 0;
  }

  // Scores become weights in place: exp(scale (score - largest)), 0 for a hidden key and for
  // those in [visible, keys). `largest` and one over the weights' sum; 0 where no key is visible.
  struct Weights {
    float largest, factor;
  };
  static Weights weigh(float* scores, int64_t visible, int64_t keys, float scale,
                       const uint8_t* hidden) {
    constexpr float kNever = -__builtin_inff();
    if (hidden)
      for (int64_t i = 0; i < visible; ++i)
        if (hidden[i]) scores[i] = kNever;
    const int64_t end = whole_panels(visible);
    for (int64_t i = visible; i < end; ++i) scores[i] = kNever;
    T most = V::broadcast(kNever);
    for (int64_t i = 0; i < end; i += V::kLanes) {
      const T x = V::multiply(V::load(scores + i), V::broadcast(scale));
      V::store(scores + i, x);
      most = V::max(most, x);
    }
    const float largest = Math<V>::largest(most);
    for (int64_t i = end; i < keys; ++i) scores[i] = 0;
    if (largest == kNever) {
      for (int64_t i = 0; i < end; ++i) scores[i] = 0;
      return {0, 0};
    }
    // In whole panels, so that the order of the sum is that of the keys' places.
    T total = V::broadcast(0.0f);
    for (int64_t i = 0; i < end; i += V::kLanes) {
      const T x = Math<V>::exp(V::subtract(V::load(scores + i), V::broadcast(largest)));
      V::store(scores + i, x);
      total = V::add(total, x);
    }
    return {largest, 1 / Math<V>::sum(total)};
  }

  // Rows [0, rows) of the queries at q, written to y.
  static void attend_tile(const Head& h, const Scratch& s, const float* q, float* y, int64_t rows,
                          const int64_t* visible, float* statistics) {
    int64_t seen = visible ? 0 : h.keys;
    if (visible)
      for (int64_t i = 0; i < rows; ++i) seen = visible[i] > seen ? visible[i] : seen;
    const int64_t padded = whole_panels(seen);
    ProductOf<V>::multiply({.a = q,
                            .a_stride = h.q_stride,
                            .b = s.k,
                            .panel_stride = h.width * kPanel,
                            .c = s.scores,
                            .c_stride = s.keys,
                            .rows = rows,
                            .panels = padded / kPanel,
                            .terms = h.width});
    float factors[V::kRows];
    for (int64_t i = 0; i < rows; ++i) {
      const Weights weights =
          weigh(s.scores + i * s.keys, visible ? visible[i] : seen, padded, h.scale, h.hidden);
      factors[i] = weights.factor;
      if (statistics) {
        statistics[i * h.statistics_stride] = weights.largest;
        statistics[i * h.statistics_stride + 1] = weights.factor;
      }
    }
    for (int64_t begin = 0; begin < seen; begin += kBlock)
      ProductOf<V>::multiply({.a = s.scores + begin,
                              .a_stride = s.keys,
                              .b = s.v + begin * kPanel,
                              .panel_stride = s.keys * kPanel,
                              .c = s.result,
                              .c_stride = s.width,
                              .rows = rows,
                              .panels = s.width / kPanel,
                              .terms = seen - begin < kBlock ? seen - begin : kBlock,
                              .accumulate = begin > 0});
    for (int64_t i = 0; i < rows; ++i) {
      const float* from = s.result + i * s.width;
      float* to = y + i * h.y_stride;
      int64_t c = 0;
      const T factor = V::broadcast(factors[i]);
      for (; c + V::kLanes <= h.width; c += V::kLanes)
        V::store(to + c, V::multiply(V::load(from + c), factor));
      for (; c < h.width; ++c) to[c] = from[c] * factors[i];
    }
  }

  static void attend(const Head& h, float* memory) {
    const Scratch s(h.keys, h.width, memory);
    clear_last_panel(s.k, s.keys, h.width);
    for (int64_t key = 0; key < h.keys; ++key) {
      put_key(s.k, h.k + key * h.k_stride, h.width, key);
      put_row(s.v, s.keys, h.v + key * h.v_stride, h.width, key);
    }
    for (int64_t i = 0; i < h.queries; i += V::kRows) {
      const int64_t rows = h.queries - i < V::kRows ? h.queries - i : V::kRows;
      attend_tile(h, s, h.q + i * h.q_stride, h.y + i * h.y_stride, rows,
                  h.visible ? h.visible + i : nullptr,
                  h.statistics ? h.statistics + i * h.statistics_stride : nullptr);
    }
  }

  // `path` holds, by depth, the rows whose keys and values stand in the scratch, `valid` of
  // them from a root on. A row that follows its parent, or descendants of its parent, finds its
  // ancestors there already.
  static void attend_trie(const TrieHead& t, float* memory) {
    Head h = t.head;
    if (h.hidden) h.hidden = t.hidden;
    const Scratch s(h.keys, h.width, memory);
    for (int64_t i = 0; i < s.keys * h.width; ++i) s.k[i] = 0;
    int64_t valid = 0;
    for (int64_t i = 0; i < h.queries; ++i) {
      const int64_t query = t.query_rows[i], visible = t.depths[query] + 1;
      int64_t place = visible - 1;
      for (int64_t row = query; row >= 0; row = t.parents[row], --place) {
        if (place < valid && t.path[place] == row) break;
        t.path[place] = row;
        if (t.head.hidden) t.hidden[place] = t.head.hidden[row];
        put_key(s.k, h.k + row * h.k_stride, h.width, place);
        put_row(s.v, s.keys, h.v + row * h.v_stride, h.width, place);
      }
      // Below the first place that was written anew, the old path goes on no longer.
      valid = visible;
      attend_tile(h, s, h.q + i * h.q_stride, h.y + i * h.y_stride, 1, &visible, nullptr);
    }
  }
};

}  // namespace tandem::cpu
