// Mojibake repair: UTF-8 that was read in a single-byte encoding, read right.
#pragma once

#include <string>

namespace tandem {

/// ftfy 6.3.1's fix_encoding with its defaults, repeated until nothing changes.
std::u32string fix_encoding(std::u32string text);

/// A C1 control's Windows-1252 meaning; other characters stay.
char32_t fix_c1_control(char32_t code);

}  // namespace tandem
