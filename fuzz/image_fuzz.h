// What the fuzzers of single picture formats share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "image/decode.h"
#include "tandem/error.h"

namespace tandem_fuzz {

/// `data` with the format's first bytes written over its own from `at` on, so
/// that no input is lost to another format.
inline std::string with_magic(const uint8_t* data, size_t size, std::string_view magic,
                              size_t at = 0) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() < at + magic.size()) bytes.resize(at + magic.size());
  bytes.replace(at, magic.size(), magic);
  return bytes;
}

/// Reads the header, decodes and turns. Only tandem::Error may come out.
inline int try_to_decode(const std::string& bytes) {
  const auto span = std::as_bytes(std::span(bytes));
  int orientation = 1;
  try {
    orientation = tandem::image_info(span, "fuzz").orientation;
  } catch (const tandem::Error&) {
  }
  try {
    tandem::apply_orientation(tandem::decode_image(span, "fuzz", {.max_pixels = 1 << 20}),
                              orientation);
  } catch (const tandem::Error&) {
  }
  return 0;
}

}  // namespace tandem_fuzz
