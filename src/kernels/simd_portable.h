// A vector type in the compiler's own vectors, for any CPU: four lanes are what every 64-bit
// CPU has. Wider ones are several of these, which lets tests run the tiles of instruction sets
// that their CPU lacks. For the rules of this header see kernels.h; `Local` is a type of the
// including file's anonymous namespace.
#pragma once

#include "kernels/simd_math.h"

namespace tandem::cpu {

template <class Local, int kLaneCount, int kRowCount, int kPanelCount>
struct Portable {
  typedef float Four __attribute__((vector_size(16)));
  typedef int32_t Bits __attribute__((vector_size(16)));
  static constexpr int kFours = kLaneCount / 4;
  struct Type {
    Four four[kFours];
  };
  static constexpr int kLanes = kLaneCount, kRows = kRowCount, kPanels = kPanelCount;

  // function(i) is the result's i-th four lanes.
  template <class Function>
  static Type each(Function function) {
    Type x;
#pragma GCC unroll 4
    for (int i = 0; i < kFours; ++i) x.four[i] = function(i);
    return x;
  }

  static Type load(const float* from) {
    Type x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  static void store(float* to, Type x) { __builtin_memcpy(to, &x, sizeof x); }
  static Type broadcast(float x) {
    return each([&](int) { return Four{x, x, x, x}; });
  }
  static Type add(Type a, Type b) {
    return each([&](int i) { return a.four[i] + b.four[i]; });
  }
  static Type subtract(Type a, Type b) {
    return each([&](int i) { return a.four[i] - b.four[i]; });
  }
  static Type multiply(Type a, Type b) {
    return each([&](int i) { return a.four[i] * b.four[i]; });
  }
  static Type divide(Type a, Type b) {
    return each([&](int i) { return a.four[i] / b.four[i]; });
  }
  static Type fma(Type a, Type b, Type c) {
    return each([&](int i) { return a.four[i] * b.four[i] + c.four[i]; });
  }
  static Type max(Type a, Type b) { return where_less(b, a, a, b); }
  static Type min(Type a, Type b) { return where_less(a, b, a, b); }
  static Type abs(Type x) {
    return each([&](int i) { return (Four)((Bits)x.four[i] & 0x7fffffff); });
  }
  static Type where_less(Type x, Type limit, Type yes, Type no) {
    return each([&](int i) {
      const Bits less = x.four[i] < limit.four[i];
      return (Four)((less & (Bits)yes.four[i]) | (~less & (Bits)no.four[i]));
    });
  }
  static Type times_power_of_2(Type x, Type shifted) {
    return each([&](int i) { return (Four)((Bits)x.four[i] + ((Bits)shifted.four[i] << 23)); });
  }
};

}  // namespace tandem::cpu
