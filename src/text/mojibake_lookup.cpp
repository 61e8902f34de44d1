#include "text/mojibake_lookup.h"

#include <algorithm>

#include "text/unicode.h"

namespace tandem {
namespace {

constexpr std::array<char32_t, 4> kFarCodes = {0xF8FF, 0xFB01, 0xFB02, 0xFFFD};
constexpr char32_t kSubstitute = 0x1A, kReplacement = 0xFFFD;

bool is_sloppy(const Charmap& charmap) {
  return std::string_view(charmap.name).substr(0, 6) == "sloppy";
}

/// A character of an encoding's upper half and its byte.
struct HighCode {
  char16_t code;
  uint8_t byte;
};

struct Lookup {
  std::array<uint16_t, kIndexCount> encodings{};
  std::array<uint8_t, kIndexCount> clues{};
  std::array<std::array<HighCode, 128>, kCharmapCount> bytes;  ///< sorted by code

  Lookup() {
    for (size_t i = 0; i < kCharmapCount; ++i) add_charmap(i);
    for (size_t i = 0; i < kUtf8ClueCount; ++i)
      for (const CodeRange range : kUtf8Clues[i])
        for (char32_t code = range.first; code <= range.last; ++code)
          clues[mojibake_index(code)] |= static_cast<uint8_t>(1 << i);
  }

  void add_charmap(size_t i) {
    const auto bit = static_cast<uint16_t>(1 << i);
    for (char32_t code = 0; code < 0x80; ++code)
      if (code != kSubstitute) encodings[code] |= bit;
    encodings[mojibake_index(is_sloppy(kCharmaps[i]) ? kReplacement : kSubstitute)] |= bit;
    for (size_t high = 0; high < 128; ++high) {
      const char16_t code = kCharmaps[i].high[high];
      encodings[mojibake_index(code)] |= bit;
      bytes[i][high] = {code, static_cast<uint8_t>(0x80 + high)};
    }
    std::sort(bytes[i].begin(), bytes[i].end(),
              [](HighCode left, HighCode right) { return left.code < right.code; });
  }
};

const Lookup& lookup() {
  static const Lookup tables;
  return tables;
}

}  // namespace

size_t mojibake_index(char32_t code) {
  if (code < kPlainCodes) return code;
  for (size_t i = 0; i < kFarCodes.size(); ++i)
    if (code == kFarCodes[i]) return kPlainCodes + i;
  if (is_python_space(code)) return kOtherSpace;
  return is_python_word(code) ? kOtherWord : kOtherCode;
}

uint16_t encodings_of(char32_t code) { return lookup().encodings[mojibake_index(code)]; }

uint16_t possible_encodings(std::u32string_view text) {
  const Lookup& tables = lookup();
  uint16_t possible = (1 << kCharmapCount) - 1;
  for (const char32_t code : text) {
    possible &= tables.encodings[mojibake_index(code)];
    if (possible == 0) break;
  }
  return possible;
}

std::string encode_charmap(std::u32string_view text, size_t encoding) {
  const auto& high = lookup().bytes[encoding];
  const char32_t substitute = is_sloppy(kCharmaps[encoding]) ? kReplacement : kSubstitute;
  std::string bytes;
  bytes.reserve(text.size());
  for (const char32_t code : text) {
    if (code == substitute) {
      bytes.push_back(static_cast<char>(kSubstitute));
    } else if (code < 0x80) {
      bytes.push_back(static_cast<char>(code));
    } else {
      const auto found =
          std::lower_bound(high.begin(), high.end(), code,
                           [](HighCode entry, char32_t wanted) { return entry.code < wanted; });
      bytes.push_back(static_cast<char>(found->byte));
    }
  }
  return bytes;
}

uint8_t utf8_clues_of(char32_t code) { return lookup().clues[mojibake_index(code)]; }

}  // namespace tandem
