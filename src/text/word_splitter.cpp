#include "text/word_splitter.h"

#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

enum class Kind : uint8_t { space, letter, number, other, wide };

constexpr std::array<Kind, 256> ascii_kinds() {
  std::array<Kind, 256> kinds{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    kinds[static_cast<size_t>(c)] = c >= 0x80                         ? Kind::wide
                                    : letter                          ? Kind::letter
                                    : c >= '0' && c <= '9'            ? Kind::number
                                    : c == ' ' || (c >= 9 && c <= 13) ? Kind::space
                                                                      : Kind::other;
  }
  return kinds;
}
constexpr std::array<Kind, 256> kAsciiKinds = ascii_kinds();

/// A character's kind and its length in bytes.
struct Character {
  Kind kind;
  size_t length;
};

// Ignoring case, this mark is a form of a letter (iota), so it is in [\p{L}...] as
// far as the negated class is concerned, and yet it matches no \p{L} itself: the
// pattern passes over it.
constexpr char32_t kCombiningIota = 0x345;

Character character_at(std::string_view text, size_t position, bool ignore_case) {
  const Kind kind = kAsciiKinds[static_cast<uint8_t>(text[position])];
  if (kind != Kind::wide) return {kind, 1};
  const Utf8Step step = utf8_step(text, position);
  if (is_letter(step.code)) return {Kind::letter, step.length};
  if (is_number(step.code)) return {Kind::number, step.length};
  const bool skipped = is_white_space(step.code) || (ignore_case && step.code == kCombiningIota);
  return {skipped ? Kind::space : Kind::other, step.length};
}

char32_t fold(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 32;
  if (code == 0x17F) return 's';
  if (code == 0x212A) return 'k';
  if (code == 0x130) return 'i';
  return code;
}

}  // namespace

WordSplitter::WordSplitter(bool ignore_case, std::vector<Special> specials)
    : ignore_case_(ignore_case), specials_(std::move(specials)) {
  for (const Special& special : specials_) {
    const auto first = static_cast<uint8_t>(special.text[0]);
    const bool any = special.is_pattern && first == '.';
    for (size_t c = 0; c < 256; ++c) may_be_special_[c] |= any;
    may_be_special_[first] = true;
    if (!ignore_case_) continue;
    for (size_t c = 0; c < 0x80; ++c)
      may_be_special_[c] |= fold(static_cast<char32_t>(c)) == fold(first);
    for (size_t c = 0x80; c < 256; ++c) may_be_special_[c] = true;
  }
}

size_t WordSplitter::special_end(std::string_view text, size_t position) const {
  for (const Special& special : specials_) {
    size_t i = position;
    bool matches = true;
    for (const char wanted : special.text) {
      if (i >= text.size()) {
        matches = false;
        break;
      }
      const Utf8Step step = utf8_step(text, i);
      const auto code = static_cast<char32_t>(static_cast<uint8_t>(wanted));
      const bool equal = step.code == code || (ignore_case_ && fold(step.code) == fold(code));
      const bool any = special.is_pattern && wanted == '.' && step.code != '\n';
      if (!equal && !any) {
        matches = false;
        break;
      }
      i += step.length;
    }
    if (matches) return i;
  }
  return position;
}

/// The end of 's 't 're 've 'm 'll 'd at `position` (of the apostrophe), or `position`.
size_t WordSplitter::contraction_end(std::string_view text, size_t position) const {
  const auto letter = [&](size_t i) -> char32_t {
    if (i >= text.size()) return 0;
    const char32_t code = utf8_step(text, i).code;
    return ignore_case_ ? fold(code) : code;
  };
  const size_t first = position + 1;
  const char32_t one = letter(first), two = letter(first + 1);
  switch (one) {
    case 's': return first + utf8_step(text, first).length;  // U+017F has two bytes
    case 't':
    case 'm':
    case 'd': return first + 1;
    case 'r':
    case 'v': return two == 'e' ? first + 2 : position;
    case 'l': return two == 'l' ? first + 2 : position;
    default: return position;
  }
}

WordSpan WordSplitter::next(std::string_view text, size_t position) const {
  while (position < text.size()) {
    if (may_be_special_[static_cast<uint8_t>(text[position])]) {
      const size_t end = special_end(text, position);
      if (end != position) return {position, end, true};
    }
    if (text[position] == '\'') {
      const size_t end = contraction_end(text, position);
      if (end != position) return {position, end, false};
    }
    const Character first = character_at(text, position, ignore_case_);
    size_t end = position + first.length;
    if (first.kind == Kind::number) return {position, end, false};
    if (first.kind != Kind::space) {
      while (end < text.size()) {
        const Character character = character_at(text, end, ignore_case_);
        if (character.kind != first.kind) break;
        end += character.length;
      }
      return {position, end, false};
    }
    position = end;
  }
  return {text.size(), text.size(), false};
}

}  // namespace tandem
