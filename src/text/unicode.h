// Character classes, lower case and normal form C, each in the Unicode version
// that the reference uses: 15.0 for the regular expressions that split text
// (the regex module of 2022), 14.0 for everything that Python itself does.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

// Unicode 15.0: \p{L}, \p{N} and \s of the split pattern.
bool is_letter(char32_t code);
bool is_number(char32_t code);
bool is_white_space(char32_t code);

/// \w of Unicode's UTS 18 (Rust's regex): letters, marks, decimal numbers, Pc...
bool is_unicode_word(char32_t code);

// Unicode 14.0: Python's str.isspace (also U+001C..U+001F), \w and \d of its re.
bool is_python_space(char32_t code);
bool is_python_word(char32_t code);
bool is_python_digit(char32_t code);

/// Python's str.strip of valid UTF-8.
std::string_view strip_python_space(std::string_view text);

/// Python's str.lower: full mappings, and the final sigma by its context.
std::u32string lower_python(std::u32string_view text);
/// Each character on its own (Rust's char::to_lowercase): no final sigma.
std::u32string lower_each(std::u32string_view text);

/// Normal form C of Unicode 14.0. Linear but for sorting runs of marks.
std::u32string to_nfc(std::u32string text);
/// NFKC of one character.
std::u32string compatible_form(char32_t code);

}  // namespace tandem
