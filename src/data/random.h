// Random numbers as functions of words: no state is kept, so any place can be drawn again.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace tandem {

/// A bijection of 64 bits in which every bit hangs on every other (SplitMix64's finaliser).
constexpr uint64_t mix_bits(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

/// 64 bits that hang on all words and their order.
constexpr uint64_t hash_words(std::initializer_list<uint64_t> words) {
  uint64_t hash = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, as in SplitMix64
  for (const uint64_t word : words) hash = mix_bits((hash ^ word) + 0x9e3779b97f4a7c15);
  return hash;
}

/// From [0, 1), all 53 bits used.
constexpr double unit_of(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

/// SplitMix64: numbers one after the other from a seed.
class RandomStream {
 public:
  explicit constexpr RandomStream(uint64_t seed) : state_(seed) {}

  constexpr uint64_t bits() { return mix_bits(state_ += 0x9e3779b97f4a7c15); }
  /// From [0, 1).
  constexpr double unit() { return unit_of(bits()); }
  constexpr double between(double low, double high) { return low + (high - low) * unit(); }
  /// From 0 to count - 1; count from 1 to 2^32, so that the bias stays below 2^-32.
  constexpr int64_t below(int64_t count) {
    return static_cast<int64_t>((bits() >> 32) * static_cast<uint64_t>(count) >> 32);
  }

 private:
  uint64_t state_;
};

}  // namespace tandem
