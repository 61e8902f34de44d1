// A vector type in the compiler's own vectors, for any CPU: four lanes are what every 64-bit
// CPU has. Wider ones are made of several, which lets tests run the tiles of instruction sets
// that their CPU lacks. For the rules of this header see kernels.h; `Local` is a type of the
// including file's anonymous namespace.
#pragma once

#include "backend/cpu/simd_math.h"

namespace tandem::cpu {

template <class Local, int kLaneCount, int kRowCount, int kPanelCount>
struct Portable {
  typedef float Type __attribute__((vector_size(kLaneCount * 4)));
  typedef int32_t Bits __attribute__((vector_size(kLaneCount * 4)));
  static constexpr int kLanes = kLaneCount, kRows = kRowCount, kPanels = kPanelCount;

  static Type load(const float* from) {
    Type x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
  }
  static void store(float* to, Type x) { __builtin_memcpy(to, &x, sizeof x); }
  static Type broadcast(float x) { return x - Type{}; }
  static Type add(Type a, Type b) { return a + b; }
  static Type subtract(Type a, Type b) { return a - b; }
  static Type multiply(Type a, Type b) { return a * b; }
  static Type divide(Type a, Type b) { return a / b; }
  static Type fma(Type a, Type b, Type c) { return a * b + c; }
  static Type max(Type a, Type b) { return where_less(b, a, a, b); }
  static Type min(Type a, Type b) { return where_less(a, b, a, b); }
  static Type abs(Type x) { return (Type)((Bits)x & 0x7fffffff); }
  static Type where_less(Type x, Type limit, Type yes, Type no) {
    const Bits less = x < limit;
    return (Type)((less & (Bits)yes) | (~less & (Bits)no));
  }
  static Type times_power_of_2(Type x, Type shifted) {
    return (Type)((Bits)x + ((Bits)shifted << 23));
  }
};

}  // namespace tandem::cpu
