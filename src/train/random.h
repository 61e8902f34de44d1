// Random numbers as a function of a key and a counter: no state, the same bits on every machine,
// whoever asks in whatever order.
#pragma once

#include <cstdint>
#include <string_view>

#include "data/random.h"

namespace tandem {

/// Numbers that look independent for different keys or counters.
constexpr uint64_t random_bits(uint64_t key, uint64_t counter) {
  return hash_words({key, counter});
}

/// In (0, 1), never either end.
constexpr double random_unit(uint64_t key, uint64_t counter) {
  return (static_cast<double>(random_bits(key, counter) >> 12) + 0.5) * 0x1p-52;
}

/// The x that a standard normal number stays below with probability p in (0, 1), to 1e-15 (Wichura,
/// Algorithm AS 241, 1988); the same bits wherever arithmetic is IEEE's.
double normal_quantile(double p);
double random_normal(uint64_t key, uint64_t counter);

/// A key for what has a name.
uint64_t random_key(uint64_t seed, std::string_view name);

}  // namespace tandem
