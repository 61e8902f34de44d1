// Functions of a vector, accurate to about 1e-7 of their scale. For the rules of this header
// see kernels.h.
//
// A vector type V has kLanes, kRows (rows of a product's tile), kPanels (panels of a tile), and
// load, store, broadcast, add, subtract, multiply, divide, fma, max, min, abs,
// times_power_of_2 and where_less, each a static function.
#pragma once

#include "kernels/kernels.h"

namespace tandem::cpu {

template <class V>
struct Math {
  using T = typename V::Type;

  static T constant(float value) { return V::broadcast(value); }

  /// c[0] + x (c[1] + x (c[2] + ...)).
  template <int kTerms>
  static T polynomial(T x, const float (&c)[kTerms]) {
    T y = constant(c[kTerms - 1]);
#pragma GCC unroll 16
    for (int i = kTerms - 2; i >= 0; --i) y = V::fma(y, x, constant(c[i]));
    return y;
  }

  /// e^x; 0 below -87, e^88 above 88.
  static T exp(T x) {
    // Minimax of (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2; e^r within 3e-9.
    static constexpr float kTail[] = {0.49999994f, 0.166665196f, 0.0416683964f, 0.00836879667f,
                                      0.00138144335f};
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the lowest bits.
    const T magic = constant(12582912.0f);
    const T clamped = V::min(V::max(x, constant(-87.0f)), constant(88.0f));
    const T shifted = V::fma(clamped, constant(1.44269504f), magic);
    const T n = V::subtract(shifted, magic);
    // ln 2 in two parts, the first with so few bits that n times it is exact.
    T r = V::fma(n, constant(-0.693359375f), clamped);
    r = V::fma(n, constant(2.12194440e-4f), r);
    const T one = constant(1.0f);
    const T y = V::fma(V::fma(polynomial(r, kTail), r, one), r, one);
    return V::where_less(x, constant(-87.0f), constant(0.0f), V::times_power_of_2(y, shifted));
  }

  /// x / (1 + e^(-c x)): x times the logistic function of c x.
  static T gated(T x, T minus_c_x) { return V::divide(x, V::add(constant(1.0f), exp(minus_c_x))); }

  static T quick_gelu(T x) { return gated(x, V::multiply(x, constant(-1.702f))); }

  /// x / 2 (1 + tanh(u)) is x times the logistic function of 2 u.
  static T gelu_tanh(T x) {
    // u = sqrt(2 / pi) (x + 0.044715 x^3).
    const T square = V::multiply(x, x);
    const T factor =
        V::fma(square, constant(-2 * 0.7978845608f * 0.044715f), constant(-2 * 0.7978845608f));
    return gated(x, V::multiply(x, factor));
  }

  static T gelu(T x) {
    const T z = V::multiply(x, constant(0.70710678118f));
    const T half = V::multiply(x, constant(0.5f));
    return V::fma(half, erf(z), half);
  }

  static T erf(T z) {
    // Minimax of erf(z) / z in z^2 for |z| <= 1, within 6e-10.
    static constexpr float kNear[] = {1.12837911f,    -0.376126051f,  0.112834305f,
                                      -0.0268485919f, 0.00517974934f, -0.000794235559f,
                                      7.6471144e-05f};
    // Fit of -ln(1 - erf(z)) for 1 <= z <= 4.1 with erf within 1.1e-9; erf is 1 beyond.
    static constexpr float kFar[] = {0.000353715179f, 1.12704003f,    0.638225675f,    0.103037395f,
                                     -0.0218053292f,  0.00293961004f, -0.000185574274f};
    const T size = V::min(V::abs(z), constant(4.1f));
    const T near = V::multiply(z, polynomial(V::multiply(z, z), kNear));
    const T exponent = V::subtract(constant(0.0f), polynomial(size, kFar));
    const T far = V::subtract(constant(1.0f), exp(exponent));
    const T signed_far = V::where_less(z, constant(0.0f), V::subtract(constant(0.0f), far), far);
    return V::where_less(size, constant(1.0f), near, signed_far);
  }

  /// The lanes' sum and largest, in one order: halves are folded onto each other.
  static float sum(T x) {
    float lanes[V::kLanes];
    V::store(lanes, x);
    for (int n = V::kLanes / 2; n > 0; n /= 2)
      for (int i = 0; i < n; ++i) lanes[i] += lanes[i + n];
    return lanes[0];
  }

  static float largest(T x) {
    float lanes[V::kLanes];
    V::store(lanes, x);
    float best = lanes[0];
    for (int i = 1; i < V::kLanes; ++i) best = lanes[i] > best ? lanes[i] : best;
    return best;
  }

  /// The first n < kLanes numbers, zeros behind them.
  static T load_part(const float* from, int64_t n) {
    float lanes[V::kLanes] = {};
    for (int64_t i = 0; i < n; ++i) lanes[i] = from[i];
    return V::load(lanes);
  }

  static void store_part(float* to, T x, int64_t n) {
    float lanes[V::kLanes];
    V::store(lanes, x);
    for (int64_t i = 0; i < n; ++i) to[i] = lanes[i];
  }
};

}  // namespace tandem::cpu
