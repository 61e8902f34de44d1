// SHA-256 (FIPS 180-4), for comparing pixels with the goldens' digests.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tandem_test {

class Sha256 {
 public:
  /// The digest as 64 hexadecimal digits.
  static std::string of(std::span<const uint8_t> bytes) {
    Sha256 hash;
    size_t at = 0;
    for (; bytes.size() - at >= 64; at += 64) hash.block(bytes.data() + at);
    std::vector<uint8_t> tail(bytes.begin() + at, bytes.end());
    tail.push_back(0x80);
    while (tail.size() % 64 != 56) tail.push_back(0);
    for (int shift = 56; shift >= 0; shift -= 8)
      tail.push_back(static_cast<uint8_t>(uint64_t{bytes.size()} * 8 >> shift));
    for (size_t i = 0; i < tail.size(); i += 64) hash.block(tail.data() + i);
    std::string hex;
    for (const uint32_t word : hash.state_)
      for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[word >> shift & 15];
    return hex;
  }

 private:
  Sha256() {
    const std::array<uint32_t, 64> primes = first_primes();
    for (int i = 0; i < 8; ++i)
      state_[i] = fraction(std::sqrt(static_cast<long double>(primes[i])));
    for (int i = 0; i < 64; ++i)
      keys_[i] = fraction(std::cbrt(static_cast<long double>(primes[i])));
  }

  static std::array<uint32_t, 64> first_primes() {
    std::array<uint32_t, 64> primes{};
    int found = 0;
    for (uint32_t n = 2; found < 64; ++n)
      if (std::none_of(primes.begin(), primes.begin() + found,
                       [n](uint32_t prime) { return n % prime == 0; }))
        primes[found++] = n;
    return primes;
  }

  /// The first 32 bits behind the point.
  static uint32_t fraction(long double value) {
    return static_cast<uint32_t>((value - std::floor(value)) * 4294967296.0L);
  }

  void block(const uint8_t* bytes) {
    std::array<uint32_t, 64> w;
    for (int i = 0; i < 16; ++i)
      w[i] = uint32_t{bytes[i * 4]} << 24 | uint32_t{bytes[i * 4 + 1]} << 16 |
             uint32_t{bytes[i * 4 + 2]} << 8 | bytes[i * 4 + 3];
    for (int i = 16; i < 64; ++i)
      w[i] = w[i - 16] + (std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3) +
             w[i - 7] + (std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10);
    std::array<uint32_t, 8> s = state_;
    for (int i = 0; i < 64; ++i) {
      const uint32_t t1 = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                          ((s[4] & s[5]) ^ (~s[4] & s[6])) + keys_[i] + w[i];
      const uint32_t t2 = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
                          ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      s = {t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]};
    }
    for (int i = 0; i < 8; ++i) state_[i] += s[i];
  }

  std::array<uint32_t, 8> state_;
  std::array<uint32_t, 64> keys_;
};

}  // namespace tandem_test
