#include "text/fix_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/html_entities.h"
#include "text/mojibake.h"
#include "text/unicode.h"

namespace tandem {
namespace {

constexpr size_t kLongestSegment = 1'000'000;  // ftfy's max_decode_length, in code points

/// Ligatures and digraphs of Latin letters that ftfy takes apart.
struct Ligature {
  char32_t code;
  const char32_t* letters;
};
constexpr Ligature kLigatures[] = {
    {0x0132, U"IJ"},      {0x0133, U"ij"},      {0x0149, U"\u02BCn"}, {0x01C4, U"D\u017D"},
    {0x01C5, U"D\u017E"}, {0x01C6, U"d\u017E"}, {0x01C7, U"LJ"},      {0x01C8, U"Lj"},
    {0x01C9, U"lj"},      {0x01CA, U"NJ"},      {0x01CB, U"Nj"},      {0x01CC, U"nj"},
    {0x01F1, U"DZ"},      {0x01F2, U"Dz"},      {0x01F3, U"dz"},      {0xFB00, U"ff"},
    {0xFB01, U"fi"},      {0xFB02, U"fl"},      {0xFB03, U"ffi"},     {0xFB04, U"ffl"},
    {0xFB05, U"\u017Ft"}, {0xFB06, U"st"}};

const char32_t* ligature_letters(char32_t code) {
  for (const Ligature& ligature : kLigatures)
    if (ligature.code == code) return ligature.letters;
  return nullptr;
}

constexpr char32_t kFirstWidthForm = 0xFF01, kEndOfWidthForms = 0xFFF0;
constexpr char32_t kIdeographicSpace = 0x3000;

bool is_width_form(char32_t code) {
  return (code >= kFirstWidthForm && code < kEndOfWidthForms) || code == kIdeographicSpace;
}

/// A half-width or full-width form in its usual width.
const std::u32string& usual_width(char32_t code) {
  static const auto forms = [] {
    std::array<std::u32string, kEndOfWidthForms - kFirstWidthForm> all;
    for (size_t i = 0; i < all.size(); ++i)
      all[i] = compatible_form(kFirstWidthForm + static_cast<char32_t>(i));
    return all;
  }();
  static const std::u32string space = U" ";
  return code == kIdeographicSpace ? space : forms[code - kFirstWidthForm];
}

char32_t uncurl(char32_t code) {
  if (code == 0x02BC || (code >= 0x2018 && code <= 0x201B)) return '\'';
  if (code >= 0x201C && code <= 0x201F) return '"';
  return code;
}

/// ASCII controls without a visible effect, and others unsuitable for markup.
bool is_control_to_remove(char32_t code) {
  return code < 0x09 || code == 0x0B || (code >= 0x0E && code < 0x20) || code == 0x7F ||
         (code >= 0x206A && code < 0x2070) || code == 0xFEFF || (code >= 0xFFF9 && code < 0xFFFD);
}

/// Whether some fixer of single characters may change it, or normal form C might.
bool is_inert(char32_t code) {
  if (code < 0x80) return is_inert_ascii(code);
  if (code < 0xA0) return false;
  if (code < 0x300) return code != 0x02BC && ligature_letters(code) == nullptr;
  return (code >= 0x0391 && code < 0x0483 && code != 0x0387) || (code >= 0x4E00 && code < 0xA000);
}

/// Characters one by one: C1 controls, ligatures, width, quotes, then line breaks.
std::u32string translate(const std::u32string& text) {
  std::u32string out;
  out.reserve(text.size());
  const auto put_width = [&](char32_t code) {
    if (!is_width_form(code)) {
      out.push_back(uncurl(code));
    } else {
      for (const char32_t part : usual_width(code)) out.push_back(uncurl(part));
    }
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t code = fix_c1_control(text[i]);
    if (code == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;  // the pair is one break
      out.push_back('\n');
    } else if (code == 0x2028 || code == 0x2029) {
      out.push_back('\n');
    } else if (const char32_t* letters = ligature_letters(code)) {
      for (; *letters != 0; ++letters) put_width(*letters);
    } else {
      put_width(code);
    }
  }
  return out;
}

/// The end of a terminal escape (ESC [ digits and semicolons, a letter) at
/// `position`, or `position`.
size_t escape_end(const std::u32string& text, size_t position) {
  if (text[position] != 0x1B || position + 1 >= text.size() || text[position + 1] != '[')
    return position;
  size_t i = position + 2;
  while (i < text.size() && (text[i] == ';' || is_python_digit(text[i]))) ++i;
  const bool letter =
      i < text.size() && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z'));
  return letter ? i + 1 : position;
}

std::u32string remove_escapes_and_controls(const std::u32string& text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t end = escape_end(text, i);
    if (end != i) {
      i = end;
      continue;
    }
    if (!is_control_to_remove(text[i])) out.push_back(text[i]);
    ++i;
  }
  return out;
}

std::u32string fix_segment(std::u32string text, bool unescape_html) {
  while (true) {
    std::u32string fixed = unescape_html ? unescape_html_strictly(text) : text;
    fixed = fix_encoding(std::move(fixed));
    if (!std::all_of(fixed.begin(), fixed.end(), is_inert))
      fixed = to_nfc(remove_escapes_and_controls(translate(fixed)));
    if (fixed == text) return text;
    text = std::move(fixed);
  }
}

}  // namespace

std::u32string fix_text(const std::u32string& text) {
  std::u32string fixed;
  fixed.reserve(text.size());
  bool unescape_html = true;  // until a '<' shows that the text is markup, then never again
  for (size_t begin = 0; begin < text.size();) {
    const size_t line_feed = text.find(U'\n', begin);
    size_t end = line_feed == text.npos ? text.size() : line_feed + 1;
    end = std::min(end, begin + kLongestSegment);
    const std::u32string segment = text.substr(begin, end - begin);
    if (std::all_of(segment.begin(), segment.end(), is_inert_ascii)) {
      if (unescape_html && segment.find(U'<') != segment.npos) unescape_html = false;
      fixed += segment;
    } else {
      if (segment.find(U'<') != segment.npos) unescape_html = false;
      fixed += fix_segment(segment, unescape_html);
    }
    begin = end;
  }
  return fixed;
}

}  // namespace tandem
