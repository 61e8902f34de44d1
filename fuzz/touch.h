// What fuzzers of containers share: every byte that a reader hands out is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/tensor.h"
#include "tandem/error.h"

namespace tandem_fuzz {

inline std::span<const std::byte> bytes_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

/// Reads all elements, and stops where the bytes do not fit the shape.
inline void touch(const tandem::TensorView& tensor) {
  const auto elements = static_cast<size_t>(tensor.elements());
  if (tensor.bytes.size() != elements * tandem::size_of(tensor.dtype)) std::abort();
  volatile uint8_t sum = 0;
  for (const std::byte byte : tensor.bytes) sum = sum + static_cast<uint8_t>(byte);
}

/// A refusal is what most inputs deserve; anything but an Error is a fault.
template <class Action>
void expect_value_or_error(Action action) {
  try {
    action();
  } catch (const tandem::Error& error) {
    if (*error.what() == '\0') std::abort();
  }
}

}  // namespace tandem_fuzz
