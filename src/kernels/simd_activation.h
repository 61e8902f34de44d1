// What follows a product in training, its gradient, and sums over rows. For the rules of this
// header see kernels.h.
#pragma once

#include "kernels/simd_rows.h"
#include "kernels/training_kernels.h"

namespace tandem::cpu {

template <class V>
struct ActivationOf {
  using T = typename V::Type;
  using M = Math<V>;

  static T one() { return V::broadcast(1.0f); }

  static T logistic(T minus_x) { return V::divide(one(), V::add(one(), M::exp(minus_x))); }

  // d/dx of x s(u(x)), with s the logistic function and u' given: s (1 + x (1 - s) u').
  static T gated_slope(T x, T minus_u, T slope_of_u) {
    const T s = logistic(minus_u);
    const T rest = V::multiply(V::multiply(x, V::subtract(one(), s)), slope_of_u);
    return V::fma(s, rest, s);
  }

  static T quick_gelu_slope(T x) {
    return gated_slope(x, V::multiply(x, V::broadcast(-1.702f)), V::broadcast(1.702f));
  }

  static T gelu_tanh_slope(T x) {
    // As in Math::gelu_tanh: u = 2 sqrt(2 / pi) (x + 0.044715 x^3).
    constexpr float kFirst = 2 * 0.7978845608f, kThird = kFirst * 0.044715f;
    const T square = V::multiply(x, x);
    const T factor = V::fma(square, V::broadcast(-kThird), V::broadcast(-kFirst));
    const T slope = V::fma(square, V::broadcast(3 * kThird), V::broadcast(kFirst));
    return gated_slope(x, V::multiply(x, factor), slope);
  }

  // Phi(x) + x phi(x), the normal distribution's.
  static T gelu_slope(T x) {
    const T half = V::broadcast(0.5f);
    const T area = V::fma(M::erf(V::multiply(x, V::broadcast(0.70710678118f))), half, half);
    const T bell = M::exp(V::multiply(V::multiply(x, x), V::broadcast(-0.5f)));
    // 0.398942...: 1 / sqrt(2 pi).
    return V::fma(V::multiply(x, bell), V::broadcast(0.3989422804f), area);
  }

  static void finish_linear(const LinearOutput& o) {
    switch (o.function) {
      case Epilogue::Function::none: return finish(o, [](T x) { return x; });
      case Epilogue::Function::quick_gelu: return finish(o, [](T x) { return M::quick_gelu(x); });
      case Epilogue::Function::gelu: return finish(o, [](T x) { return M::gelu(x); });
      case Epilogue::Function::gelu_tanh: return finish(o, [](T x) { return M::gelu_tanh(x); });
    }
  }

  template <class Function>
  static void finish(const LinearOutput& o, Function function) {
    for (int64_t row = 0; row < o.rows; ++row) {
      float* const x = o.x + row * o.columns;
      const float* const residual = o.residual ? o.residual + row * o.columns : nullptr;
      if (o.bias)
        RowsOf<V>::each(x, x, o.columns, [&](T v, auto load) { return V::add(v, load(o.bias)); });
      // A row stays in the first cache from one loop to the next.
      RowsOf<V>::each(x, o.y + row * o.columns, o.columns, [&](T v, auto load) {
        return residual ? V::add(function(v), load(residual)) : function(v);
      });
    }
  }

  static void activate_backward(const ActivationGradient& g) {
    switch (g.function) {
      case Epilogue::Function::none: return backward(g, [](T) { return one(); });
      case Epilogue::Function::quick_gelu:
        return backward(g, [](T x) { return quick_gelu_slope(x); });
      case Epilogue::Function::gelu: return backward(g, [](T x) { return gelu_slope(x); });
      case Epilogue::Function::gelu_tanh:
        return backward(g, [](T x) { return gelu_tanh_slope(x); });
    }
  }

  template <class Slope>
  static void backward(const ActivationGradient& g, Slope slope) {
    for (int64_t row = 0; row < g.rows; ++row) {
      const int64_t begin = row * g.columns;
      RowsOf<V>::each(g.x + begin, g.dx + begin, g.columns,
                      [&](T x, auto load) { return V::multiply(slope(x), load(g.dy + begin)); });
      add_rows(g.dx + begin, g.columns, 1, g.columns, g.sums);
    }
  }

  static void add_rows(const float* x, int64_t stride, int64_t rows, int64_t columns, float* sums) {
    // Four rows for one pass over the sums.
    int64_t row = 0;
    for (; row + 4 <= rows; row += 4, x += 4 * stride)
      RowsOf<V>::each(x, sums, columns, [&](T v, auto load) {
        const T upper = V::add(v, load(x + stride));
        const T lower = V::add(load(x + 2 * stride), load(x + 3 * stride));
        return V::add(load(sums), V::add(upper, lower));
      });
    for (; row < rows; ++row, x += stride)
      RowsOf<V>::each(x, sums, columns, [&](T v, auto load) { return V::add(load(sums), v); });
  }
};

}  // namespace tandem::cpu
