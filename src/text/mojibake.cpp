#include "text/mojibake.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "text/badness.h"
#include "text/mojibake_bytes.h"
#include "text/mojibake_lookup.h"

namespace tandem {
namespace {

constexpr size_t kLatin1 = 0, kWindows1252 = 1;  // places in kCharmaps
constexpr size_t kMacRoman = 8;

bool is_c1_control(char32_t code) { return code >= 0x80 && code <= 0x9F; }

bool is_sloppy(size_t encoding) {
  return std::string_view(kCharmaps[encoding].name).substr(0, 6) == "sloppy";
}

/// The text as bytes of `encoding`, read as UTF-8 after what mending that
/// encoding allows; nothing where it is none.
std::optional<std::u32string> reread(std::u32string_view text, size_t encoding) {
  std::string bytes = encode_charmap(text, encoding);
  // In MacRoman an en dash before a space would look like altered UTF-8.
  if (encoding != kMacRoman && has_altered_utf8(bytes)) bytes = restore_byte_a0(bytes);
  if (is_sloppy(encoding)) bytes = replace_lossy_sequences(bytes);
  const bool variants = bytes.find_first_of("\xED\xC0") != bytes.npos;
  return decode_bytes(bytes, variants);
}

bool is_clue(char32_t code, Utf8Clue clue) {
  return (utf8_clues_of(code) >> static_cast<int>(clue) & 1) != 0;
}

/// The end of one UTF-8-looking sequence at `position`, or `position`.
size_t sequence_end(std::u32string_view text, size_t position) {
  constexpr Utf8Clue kFirsts[] = {Utf8Clue::first_of_2, Utf8Clue::first_of_3, Utf8Clue::first_of_4};
  for (size_t following = 1; following <= 3; ++following) {
    if (!is_clue(text[position], kFirsts[following - 1])) continue;
    size_t i = 1;
    while (i <= following && position + i < text.size() &&
           is_clue(text[position + i], Utf8Clue::continuation))
      ++i;
    if (i > following) return position + following + 1;
  }
  return position;
}

/// The end of a run of such sequences that may begin at `position`, or `position`.
size_t run_end(std::u32string_view text, size_t position) {
  // In the middle of a garble nothing is mended: that would make it worse.
  if (position > 0 && is_clue(text[position - 1], Utf8Clue::continuation_strict)) return position;
  size_t end = position;
  while (end < text.size()) {
    const size_t next = sequence_end(text, end);
    if (next == end) break;
    end = next;
  }
  return end;
}

/// Repairs UTF-8-looking runs, each on its own. A run that is the whole text
/// stays, so that this ends.
std::u32string decode_inconsistent_utf8(const std::u32string& text) {
  std::u32string fixed;
  fixed.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t end = run_end(text, i);
    if (end == i) {
      fixed.push_back(text[i++]);
      continue;
    }
    const std::u32string run = text.substr(i, end - i);
    fixed += run.size() < text.size() && is_bad(run) ? fix_encoding(run) : run;
    i = end;
  }
  return fixed;
}

/// Latin-1 that was meant as Windows-1252; nothing where a byte has no meaning there.
std::optional<std::u32string> as_windows_1252(std::u32string text) {
  for (char32_t& code : text) {
    if (!is_c1_control(code)) continue;
    const char32_t meant = fix_c1_control(code);
    if (meant == code) return std::nullopt;
    code = meant;
  }
  return text;
}

/// One step of ftfy's repair; the same text where there is nothing to do.
std::u32string fix_encoding_once(const std::u32string& text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x80; });
  if (ascii || !is_bad(text)) return text;
  const uint16_t possible = possible_encodings(text);
  for (size_t encoding = 0; encoding < kCharmapCount; ++encoding) {
    if ((possible >> encoding & 1) == 0) continue;
    if (auto fixed = reread(text, encoding)) return *std::move(fixed);
  }
  if (auto fixed = decode_inconsistent_utf8(text); fixed != text) return fixed;
  if ((possible >> kLatin1 & 1) != 0) {
    if (auto fixed = as_windows_1252(text); fixed && *fixed != text) return *std::move(fixed);
  }
  std::u32string fixed = text;
  for (char32_t& code : fixed) code = fix_c1_control(code);
  return fixed;
}

}  // namespace

std::u32string fix_encoding(std::u32string text) {
  while (true) {
    std::u32string fixed = fix_encoding_once(text);
    if (fixed == text) return text;
    text = std::move(fixed);
  }
}

char32_t fix_c1_control(char32_t code) {
  return is_c1_control(code) ? kCharmaps[kWindows1252].high[code - 0x80] : code;
}

}  // namespace tandem
