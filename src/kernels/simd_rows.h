// Norms and sums over rows. For the rules of this header see kernels.h.
#pragma once

#include "kernels/simd_math.h"

namespace tandem::cpu {

template <class V>
struct RowsOf {
  using T = typename V::Type;

  // The sum of term(x) over n numbers; padding lanes of the last vector count as x = `filler`.
  template <class Term>
  static float sum(const float* x, int64_t n, float filler, Term term) {
    T total = V::broadcast(0.0f);
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) total = V::add(total, term(V::load(x + i)));
    if (i < n) {
      float lanes[V::kLanes];
      for (int lane = 0; lane < V::kLanes; ++lane)
        lanes[lane] = i + lane < n ? x[i + lane] : filler;
      total = V::add(total, term(V::load(lanes)));
    }
    return Math<V>::sum(total);
  }

  // to[i] = function(i, x[i]) with i the first of a vector of numbers.
  template <class Function>
  static void each(const float* x, float* to, int64_t n, Function function) {
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes)
      V::store(to + i, function(V::load(x + i), [&](const float* p) { return V::load(p + i); }));
    if (i == n) return;
    const int64_t rest = n - i;
    const auto part = [&](const float* p) { return Math<V>::load_part(p + i, rest); };
    Math<V>::store_part(to + i, function(part(x), part), rest);
  }

  static void layer_norm(const float* x, float* y, int64_t groups, int64_t group, const float* gain,
                         const float* bias, float eps) {
    for (int64_t g = 0; g < groups; ++g, x += group, y += group) {
      const float count = static_cast<float>(group);
      const float mean = sum(x, group, 0, [](T v) { return v; }) / count;
      const T center = V::broadcast(mean);
      const auto square = [&](T v) {
        const T apart = V::subtract(v, center);
        return V::multiply(apart, apart);
      };
      const float variance = sum(x, group, mean, square) / count;
      const T factor = V::broadcast(1 / __builtin_sqrtf(variance + eps));
      each(x, y, group, [&](T v, auto load) {
        const T normal = V::multiply(V::subtract(v, center), factor);
        return V::fma(normal, load(gain), load(bias));
      });
    }
  }

  static void normalise(float* x, int64_t groups, int64_t group) {
    for (int64_t g = 0; g < groups; ++g, x += group) {
      const float square = sum(x, group, 0, [](T v) { return V::multiply(v, v); });
      const float length = __builtin_sqrtf(square);
      // 1e-12: the floor of torch's functional.normalize.
      const T factor = V::broadcast(1 / (length > 1e-12f ? length : 1e-12f));
      each(x, x, group, [&](T v, auto) { return V::multiply(v, factor); });
    }
  }

  static void add(float* x, const float* y, const float* gamma, int64_t n) {
    if (gamma == nullptr) return each(x, x, n, [&](T v, auto load) { return V::add(v, load(y)); });
    each(x, x, n, [&](T v, auto load) { return V::fma(load(gamma), load(y), v); });
  }

  static void scale(float* x, float factor, int64_t n) {
    const T wide = V::broadcast(factor);
    each(x, x, n, [&](T v, auto) { return V::multiply(v, wide); });
  }
};

}  // namespace tandem::cpu
