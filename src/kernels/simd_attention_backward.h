// The gradient of attention of one head, for some queries at a time. Weights are computed again
// from the scores and what the forward pass kept of them. For the rules of this header see
// kernels.h.
//
// With P the weights and S the scaled scores: dV = P^T dY, dP = dY V^T,
// dS = P (dP - sum over keys of P dP), dQ = scale dS K, dK = scale dS^T Q.
#pragma once

#include "kernels/simd_attention.h"
#include "kernels/training_kernels.h"

namespace tandem::cpu {

template <class V>
struct AttentionBackwardOf {
  using T = typename V::Type;
  using Forward = AttentionOf<V>;

  /// Queries of a tile: a multiple of every register tile's rows.
  static constexpr int64_t kTile = 48;

  // Keys and values as panels of 16 keys; keys, queries and dY as panels of 16 columns; a tile of
  // weights and of their gradients; results.
  struct Scratch {
    int64_t keys, width;  // padded to whole panels
    float *k_by_key, *v_by_key, *k, *q, *dy, *p, *ds, *dq, *dk, *dv;

    Scratch(int64_t key_count, int64_t head_width, float* memory)
        : keys(Forward::whole_panels(key_count)),
          width(Forward::whole_panels(head_width)),
          k_by_key(memory) {
      v_by_key = k_by_key + keys * width;
      k = v_by_key + keys * width;
      dk = k + keys * width;
      dv = dk + keys * width;
      q = dv + keys * width;
      dy = q + kTile * width;
      dq = dy + kTile * width;
      p = dq + kTile * width;
      ds = p + kTile * keys;
    }
  };

  static int64_t scratch(int64_t keys, int64_t width) {
    const int64_t padded = Forward::whole_panels(keys), columns = Forward::whole_panels(width);
    return 5 * padded * columns + 3 * kTile * columns + 2 * kTile * padded;
  }

  static void clear(float* to, int64_t n) {
    for (int64_t i = 0; i < n; i += V::kLanes) V::store(to + i, V::broadcast(0.0f));
  }

  // Rows without their padding.
  static void take(const float* from, int64_t from_stride, float* to, int64_t to_stride,
                   int64_t rows, int64_t width, float factor) {
    for (int64_t row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
      int64_t i = 0;
      for (; i + V::kLanes <= width; i += V::kLanes)
        V::store(to + i, V::multiply(V::load(from + i), V::broadcast(factor)));
      for (; i < width; ++i) to[i] = from[i] * factor;
    }
  }

  // Scores become weights.
  static void weigh(float* scores, int64_t visible, int64_t end, float scale,
                    const float* statistics) {
    const T wide = V::broadcast(scale), largest = V::broadcast(statistics[0]);
    const T factor = V::broadcast(statistics[1]);
    for (int64_t i = 0; i < visible; i += V::kLanes) {
      const T x = V::subtract(V::multiply(V::load(scores + i), wide), largest);
      V::store(scores + i, V::multiply(Math<V>::exp(x), factor));
    }
    for (int64_t i = visible; i < end; ++i) scores[i] = 0;
  }

  // The gradients of weights become those of scores, but for the scale.
  static void through_softmax(const float* p, float* ds, int64_t end) {
    T total = V::broadcast(0.0f);
    for (int64_t i = 0; i < end; i += V::kLanes)
      total = V::fma(V::load(p + i), V::load(ds + i), total);
    const T mean = V::broadcast(Math<V>::sum(total));
    for (int64_t i = 0; i < end; i += V::kLanes)
      V::store(ds + i, V::multiply(V::load(p + i), V::subtract(V::load(ds + i), mean)));
  }

  static void attend_tile(const HeadGradient& g, const Scratch& s, int64_t begin, int64_t rows) {
    const Head& h = g.head;
    const float *q = h.q + begin * h.q_stride, *dy = g.dy + begin * g.dy_stride;
    int64_t seen = h.visible ? 0 : h.keys;
    for (int64_t i = 0; h.visible && i < rows; ++i)
      seen = h.visible[begin + i] > seen ? h.visible[begin + i] : seen;
    const int64_t end = Forward::whole_panels(seen);
    const auto by_key = [&](const float* a, int64_t stride, const float* b, float* c) {
      ProductOf<V>::multiply({.a = a,
                              .a_stride = stride,
                              .b = b,
                              .panel_stride = h.width * kPanel,
                              .c = c,
                              .c_stride = s.keys,
                              .rows = rows,
                              .panels = end / kPanel,
                              .terms = h.width});
    };
    by_key(q, h.q_stride, s.k_by_key, s.p);
    by_key(dy, g.dy_stride, s.v_by_key, s.ds);
    for (int64_t i = 0; i < rows; ++i) {
      weigh(s.p + i * s.keys, h.visible ? h.visible[begin + i] : seen, end, h.scale,
            h.statistics + (begin + i) * h.statistics_stride);
      through_softmax(s.p + i * s.keys, s.ds + i * s.keys, end);
      Forward::put_row(s.q, kTile, q + i * h.q_stride, h.width, i);
      Forward::put_row(s.dy, kTile, dy + i * g.dy_stride, h.width, i);
    }
    ProductOf<V>::multiply({.a = s.ds,
                            .a_stride = s.keys,
                            .b = s.k,
                            .panel_stride = s.keys * kPanel,
                            .c = s.dq,
                            .c_stride = s.width,
                            .rows = rows,
                            .panels = s.width / kPanel,
                            .terms = seen});
    take(s.dq, s.width, g.dq + begin * g.dq_stride, g.dq_stride, rows, h.width, h.scale);
    const auto add_to_keys = [&](const float* a, const float* b, float* c) {
      ProductOf<V>::multiply({.a = a,
                              .a_stride = s.keys,
                              .a_transposed = true,
                              .b = b,
                              .panel_stride = kTile * kPanel,
                              .c = c,
                              .c_stride = s.width,
                              .rows = seen,
                              .panels = s.width / kPanel,
                              .terms = rows,
                              .accumulate = true});
    };
    add_to_keys(s.p, s.dy, s.dv);
    add_to_keys(s.ds, s.q, s.dk);
  }

  static void attend_backward(const HeadGradient& g, float* memory) {
    const Head& h = g.head;
    const Scratch s(h.keys, h.width, memory);
    Forward::clear_last_panel(s.k_by_key, s.keys, h.width);
    Forward::clear_last_panel(s.v_by_key, s.keys, h.width);
    for (int64_t key = 0; key < h.keys; ++key) {
      Forward::put_key(s.k_by_key, h.k + key * h.k_stride, h.width, key);
      Forward::put_key(s.v_by_key, h.v + key * h.v_stride, h.width, key);
      Forward::put_row(s.k, s.keys, h.k + key * h.k_stride, h.width, key);
    }
    clear(s.dk, s.keys * s.width);
    clear(s.dv, s.keys * s.width);
    for (int64_t begin = 0; begin < h.queries; begin += kTile)
      attend_tile(g, s, begin, h.queries - begin < kTile ? h.queries - begin : kTile);
    take(s.dk, s.width, g.dk, g.dk_stride, h.keys, h.width, h.scale);
    take(s.dv, s.width, g.dv, g.dv_stride, h.keys, h.width, 1);
  }
};

}  // namespace tandem::cpu
