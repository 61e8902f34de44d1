// The characters of which mojibake is made: facts of ftfy 6.3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem {

/// Code points first to last, both included.
struct CodeRange {
  char16_t first, last;
};

/// How a character behaves in and outside of mojibake (ftfy's badness.py). A
/// character may be in several.
enum class MojibakeCategory {
  common,
  c1,
  bad,
  law,
  currency,
  start_punctuation,
  end_punctuation,
  numeric,
  kaomoji,
  upper_accented,
  lower_accented,
  upper_common,
  lower_common,
  box,
};
inline constexpr size_t kMojibakeCategoryCount = 14;
extern const std::span<const CodeRange> kMojibakeCategories[kMojibakeCategoryCount];

/// What a character is as a byte of UTF-8 that was read in a single-byte
/// encoding (ftfy's chardata.py). `continuation_strict` leaves out characters
/// that often stand for themselves.
enum class Utf8Clue { first_of_2, first_of_3, first_of_4, continuation, continuation_strict };
inline constexpr size_t kUtf8ClueCount = 5;
extern const std::span<const CodeRange> kUtf8Clues[kUtf8ClueCount];

/// A single-byte encoding; its lower half is ASCII. In one whose name begins
/// with "sloppy", byte 0x1A stands for U+FFFD, and bytes without a meaning stand
/// for the C1 controls of the same number.
struct Charmap {
  const char* name;
  char16_t high[128];
};
inline constexpr size_t kCharmapCount = 10;
extern const Charmap kCharmaps[kCharmapCount];

}  // namespace tandem
