#include "text/clean.h"

#include <algorithm>

#include "text/fix_text.h"
#include "text/html_entities.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

bool is_ascii_punctuation(char32_t code) {
  return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') ||
         (code >= '[' && code <= '`') || (code >= '{' && code <= '~');
}

/// What a kind does beside repairing text and collapsing white space.
struct Steps {
  bool lower, underscores_to_spaces, without_punctuation;
};

Steps steps_of(Cleaning kind) {
  switch (kind) {
    case Cleaning::canonicalize: return {true, true, true};
    case Cleaning::whitespace: return {false, false, false};
    case Cleaning::whitespace_underscore: return {false, true, false};
    default: return {true, false, false};
  }
}

/// Runs of white space become one space, none stays at the ends.
std::u32string collapse_white_space(std::u32string_view text, bool (*is_space)(char32_t)) {
  std::u32string out;
  out.reserve(text.size());
  bool pending = false;
  for (const char32_t code : text) {
    if (is_space(code)) {
      pending = !out.empty();
      continue;
    }
    if (pending) out.push_back(' ');
    pending = false;
    out.push_back(code);
  }
  return out;
}

/// openai/CLIP strips with Python's notion of space and collapses with the regex
/// module's, which keeps U+001C to U+001F inside.
std::u32string collapse_as_openai(std::u32string_view text) {
  while (!text.empty() && is_python_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_python_space(text.back())) text.remove_suffix(1);
  return collapse_white_space(text, is_white_space);
}

std::u32string canonicalize(std::u32string text, const Steps& steps) {
  if (steps.underscores_to_spaces) std::replace(text.begin(), text.end(), U'_', U' ');
  if (steps.without_punctuation) std::erase_if(text, is_ascii_punctuation);
  return text;
}

/// All of it at once for text of which fix_text and unescaping change nothing.
std::string clean_inert_ascii(std::string_view text, const Steps& steps) {
  std::string out;
  out.reserve(text.size());
  bool pending = false;
  for (char c : text) {
    if (c == '_' && steps.underscores_to_spaces) c = ' ';
    if (is_white_space(static_cast<unsigned char>(c))) {
      pending = !out.empty();
      continue;
    }
    if (steps.without_punctuation && is_ascii_punctuation(static_cast<unsigned char>(c))) continue;
    if (pending) out.push_back(' ');
    pending = false;
    out.push_back(steps.lower && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  return out;
}

}  // namespace

std::string clean_text(std::string_view text, Cleaning kind) {
  const Steps steps = steps_of(kind);
  const bool inert = std::all_of(text.begin(), text.end(), [](char c) {
    return is_inert_ascii(static_cast<unsigned char>(c));
  });
  if (inert) return clean_inert_ascii(text, steps);
  std::u32string cleaned = fix_text(utf8_to_utf32(text));
  cleaned = unescape_html5(unescape_html5(cleaned));
  cleaned = canonicalize(std::move(cleaned), steps);
  // open_clip's canonicalize lowers before it collapses, the others after: a final
  // sigma, which is all that looks at its neighbours, sees a blank either way.
  cleaned = kind == Cleaning::openai ? collapse_as_openai(cleaned)
                                     : collapse_white_space(cleaned, is_python_space);
  return utf32_to_utf8(steps.lower ? lower_python(cleaned) : std::move(cleaned));
}

}  // namespace tandem
