#include "text/html_entities.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "text/mojibake_tables.h"
#include "text/utf8.h"

namespace tandem {
namespace {

constexpr size_t kLongestName = 32;        // HTML's pattern takes no more before ';'
constexpr size_t kLongestStrictName = 24;  // ftfy's
constexpr size_t kLongestLegacyName = 6;   // of the names known without ';'
constexpr size_t kDeepestNesting = 8;

std::optional<std::string_view> find_in(const HtmlEntity* begin, size_t count,
                                        std::string_view name) {
  const HtmlEntity* end = begin + count;
  const HtmlEntity* found =
      std::lower_bound(begin, end, name, [](const HtmlEntity& entity, std::string_view wanted) {
        return std::string_view(entity.name) < wanted;
      });
  if (found == end || found->name != name) return std::nullopt;
  return std::string_view(found->text);
}

std::optional<std::string_view> find_html5(std::string_view name) {
  return find_in(kHtmlEntities, kHtmlEntityCount, name);
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

bool is_latin_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_hex_digit(char32_t c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

char32_t digit_value(char32_t c) { return is_digit(c) ? c - '0' : (c | 32) - 'a' + 10; }

/// Appends what the numeric reference to `number` stands for in HTML5.
void append_reference(std::u32string& out, char32_t number) {
  constexpr size_t kWindows1252 = 1;  // its place in kCharmaps
  if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) {
    out.push_back(U'\uFFFD');
  } else if (number >= 0x80 && number <= 0x9F) {
    out.push_back(kCharmaps[kWindows1252].high[number - 0x80]);
  } else if (number < 0x20 || number == 0x7F) {
    if (number == '\t' || number == '\n' || number == '\f' || number == '\r') out.push_back(number);
  } else if ((number & 0xFFFE) != 0xFFFE && !(number >= 0xFDD0 && number <= 0xFDEF)) {
    out.push_back(number);  // noncharacters vanish
  }
}

/// A numeric reference at `position` (of '&'): its value, capped above Unicode's
/// end, and the position after it with its ';' if there is one.
struct NumericReference {
  char32_t number = 0;
  size_t end = 0;  ///< 0: there is none
};

NumericReference numeric_reference(const std::u32string& text, size_t position) {
  size_t i = position + 2;
  const bool hex = i < text.size() && (text[i] == 'x' || text[i] == 'X');
  if (hex) ++i;
  const size_t first_digit = i;
  char32_t number = 0;
  for (; i < text.size() && (hex ? is_hex_digit(text[i]) : is_digit(text[i])); ++i)
    number = std::min<char32_t>(0x110000, number * (hex ? 16 : 10) + digit_value(text[i]));
  if (i == first_digit) return {};
  if (i < text.size() && text[i] == ';') ++i;
  return {number, i};
}

bool ends_name(char32_t c) {
  return c == '\t' || c == '\n' || c == '\f' || c == ' ' || c == '<' || c == '&' || c == '#' ||
         c == ';';
}

void append_utf32(std::u32string& out, std::string_view utf8) { out += utf8_to_utf32(utf8); }

/// Appends what the named reference at `position` (of '&') stands for and
/// returns the position after it; what is no name stays as it is.
size_t append_named(std::u32string& out, const std::u32string& text, size_t position) {
  size_t end = position + 1;
  while (end < text.size() && end - position - 1 < kLongestName && !ends_name(text[end])) ++end;
  if (end < text.size() && text[end] == ';' && end > position + 1) ++end;
  std::string name;
  for (size_t i = position + 1; i < end; ++i)
    name.push_back(text[i] < 0x80 ? static_cast<char>(text[i]) : '\x7F');  // in no name
  if (const auto whole = find_html5(name)) {
    append_utf32(out, *whole);
    return end;
  }
  const size_t longest = name.empty() ? 0 : std::min(name.size() - 1, kLongestLegacyName);
  for (size_t length = longest; length > 1; --length) {
    if (const auto prefix = find_html5(std::string_view(name).substr(0, length))) {
      append_utf32(out, *prefix);
      return position + 1 + length;
    }
  }
  out.push_back('&');
  return position + 1;
}

/// ftfy's pattern &#?[0-9A-Za-z]{1,24}; at `position`: where it ends, or 0.
size_t strict_reference_end(const std::u32string& text, size_t position) {
  size_t i = position + 1;
  if (i < text.size() && text[i] == '#') ++i;
  const size_t first = i;
  while (i < text.size() && i - first < kLongestStrictName &&
         (is_digit(text[i]) || is_latin_letter(text[i])))
    ++i;
  return i > first && i < text.size() && text[i] == ';' ? i + 1 : 0;
}

/// What text[position, end) (a match of ftfy's pattern) becomes, or nothing
/// where it stays.
std::optional<std::u32string> strict_replacement(const std::u32string& text, size_t position,
                                                 size_t end) {
  if (text[position + 1] == '#') {
    // Only a reference that takes the whole match; one to ';' itself is left alone too.
    const NumericReference reference = numeric_reference(text, position);
    if (reference.end != end || reference.number == ';') return std::nullopt;
    std::u32string out;
    append_reference(out, reference.number);
    return out;
  }
  std::string name;
  for (size_t i = position + 1; i < end; ++i) name.push_back(static_cast<char>(text[i]));
  if (const auto found = find_html5(name)) return utf8_to_utf32(*found);
  if (const auto found = find_in(kShoutedEntities, kShoutedEntityCount, name))
    return utf8_to_utf32(*found);
  return std::nullopt;
}

/// Where to go on after the ampersand entity that ends at `end`: there, or, where
/// more than kDeepestNesting links such as "amp;" or "#38;" follow, before the
/// last ones of them.
size_t shorten_nesting(const std::u32string& text, size_t end) {
  std::vector<size_t> links;
  for (size_t i = end; i < text.size();) {
    const std::u32string candidate = U'&' + text.substr(i, kLongestStrictName + 2);
    const size_t link_end = strict_reference_end(candidate, 0);
    if (link_end == 0 || strict_replacement(candidate, 0, link_end) != U"&") break;
    links.push_back(i);
    i += link_end - 1;
  }
  return links.size() <= kDeepestNesting ? end : links[links.size() - kDeepestNesting];
}

}  // namespace

std::u32string unescape_html5(const std::u32string& text) {
  size_t ampersand = text.find(U'&');
  if (ampersand == std::u32string::npos) return text;
  std::u32string out;
  out.reserve(text.size());
  size_t done = 0;
  for (; ampersand != std::u32string::npos; ampersand = text.find(U'&', done)) {
    out.append(text, done, ampersand - done);
    if (ampersand + 1 < text.size() && text[ampersand + 1] == '#') {
      const NumericReference reference = numeric_reference(text, ampersand);
      if (reference.end != 0)
        append_reference(out, reference.number);
      else
        out.push_back('&');
      done = std::max(reference.end, ampersand + 1);
    } else {
      done = append_named(out, text, ampersand);
    }
  }
  return out.append(text, done);
}

std::u32string unescape_html_strictly(const std::u32string& text) {
  size_t ampersand = text.find(U'&');
  if (ampersand == std::u32string::npos) return text;
  std::u32string out;
  out.reserve(text.size());
  size_t done = 0;
  for (; ampersand != std::u32string::npos; ampersand = text.find(U'&', done)) {
    out.append(text, done, ampersand - done);
    const size_t end = strict_reference_end(text, ampersand);
    const auto replacement = end == 0 ? std::nullopt : strict_replacement(text, ampersand, end);
    if (replacement) {
      out += *replacement;
      done = *replacement == U"&" ? shorten_nesting(text, end) : end;
    } else {
      done = end == 0 ? ampersand + 1 : end;
      out.append(text, ampersand, done - ampersand);
    }
  }
  return out.append(text, done);
}

}  // namespace tandem
