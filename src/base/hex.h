// Bytes as hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

/// Two lower-case digits for each byte.
inline std::string to_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace tandem
