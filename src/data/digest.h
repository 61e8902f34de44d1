// XXH3-128 of what is read piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tandem {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void add(std::span<const std::byte> bytes);
  /// With its length, so that neighbours do not run into each other.
  void add(std::string_view text);
  void add(uint64_t number);
  /// 32 hexadecimal digits, of what was added so far.
  std::string hex() const;
  /// The same as 16 bytes, in the digits' order.
  std::string bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3-64 of a text.
uint64_t hash_of(std::string_view text);

/// Of one text.
std::string digest_of(std::string_view text);

}  // namespace tandem
