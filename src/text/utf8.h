// UTF-8: checking, decoding, encoding.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem {

/// One step through UTF-8: a character, or a maximal ill-formed part.
struct Utf8Step {
  char32_t code = 0;
  size_t length = 0;  ///< bytes, at least 1
  bool valid = false;
};

/// The step at `position`, which is inside `bytes`. An ill-formed part is as
/// long as Unicode's "maximal subpart" (what Python's errors="replace" turns
/// into one U+FFFD). Surrogates and overlong forms are ill-formed.
Utf8Step utf8_step(std::string_view bytes, size_t position);

/// The offset of the first ill-formed byte, or npos.
size_t invalid_utf8_offset(std::string_view bytes);

/// Whether every byte is below 0x80.
bool is_ascii(std::string_view bytes);

/// The code points of valid UTF-8.
std::u32string utf8_to_utf32(std::string_view bytes);
std::string utf32_to_utf8(std::u32string_view text);
void append_utf8(std::string& bytes, char32_t code);

/// Ill-formed parts become U+FFFD, one for each maximal subpart.
std::string replace_invalid_utf8(std::string_view bytes);

}  // namespace tandem
