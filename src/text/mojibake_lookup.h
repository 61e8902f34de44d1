// The mojibake tables, turned into look-ups by character.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/mojibake_tables.h"

namespace tandem {

/// Small numbers for the characters that the tables name: their code point below
/// kPlainCodes, then four more, then what stands for all others.
inline constexpr size_t kPlainCodes = 0x2600;
inline constexpr size_t kNamedCodes = kPlainCodes + 4;  ///< U+F8FF, U+FB01, U+FB02, U+FFFD
inline constexpr size_t kOtherSpace = kNamedCodes, kOtherWord = kNamedCodes + 1,
                        kOtherCode = kNamedCodes + 2, kIndexCount = kNamedCodes + 3;

/// The number of a character, for the arrays below.
size_t mojibake_index(char32_t code);

/// Which encodings (bit i: kCharmaps[i]) have this character.
uint16_t encodings_of(char32_t code);
/// The encodings that have every character of the text.
uint16_t possible_encodings(std::u32string_view text);
/// The text in kCharmaps[encoding], which has all of its characters.
std::string encode_charmap(std::u32string_view text, size_t encoding);

/// Bit i: the character is Utf8Clue i.
uint8_t utf8_clues_of(char32_t code);

}  // namespace tandem
