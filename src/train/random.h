// Random numbers as a function of a key and a counter: no state, the same bits on every machine,
// whoever asks in whatever order.
#pragma once

#include <cstdint>
#include <string_view>

namespace tandem {

/// Numbers that look independent for different keys or counters (SplitMix64's finaliser, twice).
constexpr uint64_t random_bits(uint64_t key, uint64_t counter) {
  const auto mix = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  // 2^64 over the golden ratio keeps neighbouring counters apart.
  return mix(mix(key + 0x9e3779b97f4a7c15) + counter * 0x9e3779b97f4a7c15);
}

/// In (0, 1), never either end.
constexpr double random_unit(uint64_t key, uint64_t counter) {
  return (static_cast<double>(random_bits(key, counter) >> 12) + 0.5) * 0x1p-52;
}

/// The x that a standard normal number stays below with probability p in (0, 1), to 1e-15 (Wichura,
/// Algorithm AS 241, 1988); the same bits wherever arithmetic is IEEE's.
double normal_quantile(double p);
double random_normal(uint64_t key, uint64_t counter);

/// A key for what has a name (FNV-1a).
constexpr uint64_t random_key(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return random_bits(seed, hash);
}

}  // namespace tandem
