// ftfy's fix_text: what people's texts suffer on their way, undone.
#pragma once

#include <string>

namespace tandem {

/// ftfy 6.3.1's fix_text with its defaults: line by line, until nothing changes.
std::u32string fix_text(const std::u32string& text);

/// Whether fix_text leaves a character of ASCII alone, whatever stands beside it.
constexpr bool is_inert_ascii(char32_t code) {
  return (code >= 0x20 && code < 0x7F && code != '&') || code == '\n' || code == '\t' ||
         code == '\f';
}

}  // namespace tandem
