#include "text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "text/utf8.h"

namespace tandem {
namespace {

struct Range {
  char32_t first, last;
};

// What Unicode 15.0 (libutf8proc 2.8) assigned: nothing of 14.0 changed its category.
constexpr Range kNewIn15[] = {
    {0x0CF3, 0x0CF3},   {0x0ECE, 0x0ECE},   {0x10EFD, 0x10EFF}, {0x1123F, 0x11241},
    {0x11B00, 0x11B09}, {0x11F00, 0x11F10}, {0x11F12, 0x11F3A}, {0x11F3E, 0x11F59},
    {0x1342F, 0x1342F}, {0x13439, 0x13455}, {0x1B132, 0x1B132}, {0x1B155, 0x1B155},
    {0x1D2C0, 0x1D2D3}, {0x1DF25, 0x1DF2A}, {0x1E030, 0x1E06D}, {0x1E08F, 0x1E08F},
    {0x1E4D0, 0x1E4F9}, {0x1F6DC, 0x1F6DC}, {0x1F774, 0x1F776}, {0x1F77B, 0x1F77F},
    {0x1F7D9, 0x1F7D9}, {0x1FA75, 0x1FA77}, {0x1FA87, 0x1FA88}, {0x1FAAD, 0x1FAAF},
    {0x1FABB, 0x1FABD}, {0x1FABF, 0x1FABF}, {0x1FACE, 0x1FACF}, {0x1FADA, 0x1FADB},
    {0x1FAE8, 0x1FAE8}, {0x1FAF7, 0x1FAF8}, {0x2B739, 0x2B739}, {0x31350, 0x323AF}};

// Characters of Word_Break MidLetter, MidNumLet and Single_Quote: they are
// Case_Ignorable beside the categories Mn, Me, Cf, Lm and Sk.
constexpr Range kIgnorablePunctuation[] = {
    {0x27, 0x27},     {0x2E, 0x2E},     {0x3A, 0x3A},     {0xB7, 0xB7},
    {0x387, 0x387},   {0x55F, 0x55F},   {0x5F4, 0x5F4},   {0x2018, 0x2019},
    {0x2024, 0x2024}, {0x2027, 0x2027}, {0xFE13, 0xFE13}, {0xFE52, 0xFE52},
    {0xFE55, 0xFE55}, {0xFF07, 0xFF07}, {0xFF0E, 0xFF0E}, {0xFF1A, 0xFF1A}};

// Other_Lowercase and Other_Uppercase that are not Case_Ignorable.
constexpr Range kOtherCased[] = {{0xAA, 0xAA},      {0xBA, 0xBA},       {0x2160, 0x217F},
                                 {0x24B6, 0x24E9},  {0x1F130, 0x1F149}, {0x1F150, 0x1F169},
                                 {0x1F170, 0x1F189}};

template <size_t kCount>
bool in(const Range (&ranges)[kCount], char32_t code) {
  const Range* found = std::lower_bound(std::begin(ranges), std::end(ranges), code,
                                        [](const Range& r, char32_t c) { return r.last < c; });
  return found != std::end(ranges) && found->first <= code;
}

utf8proc_category_t category15(char32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

utf8proc_category_t category14(char32_t code) {
  return in(kNewIn15, code) ? UTF8PROC_CATEGORY_CN : category15(code);
}

bool is_letter_category(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_number_category(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool is_case_ignorable(char32_t code) {
  switch (category14(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return in(kIgnorablePunctuation, code);
  }
}

bool is_cased(char32_t code) {
  switch (category14(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT: return true;
    default: return in(kOtherCased, code);
  }
}

/// Unicode's Final_Sigma: a cased letter before, none after, ignorables skipped.
bool is_final_sigma(std::u32string_view text, size_t position) {
  size_t before = position;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  size_t after = position + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

constexpr char32_t kCapitalSigma = 0x3A3, kSigma = 0x3C3, kFinalSigma = 0x3C2;
constexpr char32_t kCapitalIWithDot = 0x130, kDotAbove = 0x307;

void append_lower(std::u32string& lower, char32_t code) {
  if (code < 0x80) {
    lower.push_back(code >= 'A' && code <= 'Z' ? code + 32 : code);
  } else if (code == kCapitalIWithDot) {  // the one mapping to two characters
    lower.push_back('i');
    lower.push_back(kDotAbove);
  } else {
    lower.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
  }
}

const utf8proc_property_t& property_of(char32_t code) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
}

/// Whether normal form C may change a text because of this character.
bool may_change(char32_t code) {
  if (code < 0x300) return false;
  if (code >= 0x1160 && code <= 0x11FF) return true;  // Hangul vowels and finals compose
  const utf8proc_property_t& property = property_of(code);
  const bool decomposes =
      property.decomp_seqindex != UINT16_MAX && property.decomp_type == 0;  // canonically
  const bool second_of_pair = property.comb_index >= 0x8000 && property.comb_index != UINT16_MAX;
  return property.combining_class != 0 || decomposes || second_of_pair;
}

/// Sorts each run of marks by combining class, as canonical ordering asks.
void order_marks(std::vector<utf8proc_int32_t>& codes) {
  const auto combining_class = [](utf8proc_int32_t code) {
    return utf8proc_get_property(code)->combining_class;
  };
  for (size_t begin = 0; begin < codes.size();) {
    size_t end = begin;
    while (end < codes.size() && combining_class(codes[end]) != 0) ++end;
    std::stable_sort(codes.begin() + begin, codes.begin() + end, [&](auto left, auto right) {
      return combining_class(left) < combining_class(right);
    });
    begin = end + 1;
  }
}

/// Decomposes with `options`, orders, composes.
std::u32string compose(std::u32string_view text, int options) {
  std::vector<utf8proc_int32_t> codes;
  codes.reserve(text.size() + 16);
  const auto with = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | options);
  for (const char32_t code : text) {
    utf8proc_int32_t parts[32];  // the longest decomposition is 18
    int boundary = 0;
    const auto count =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts, 32, with, &boundary);
    if (count > 0 && count <= 32)
      codes.insert(codes.end(), parts, parts + count);
    else
      codes.push_back(static_cast<utf8proc_int32_t>(code));
  }
  order_marks(codes);
  const auto length =
      utf8proc_normalize_utf32(codes.data(), static_cast<utf8proc_ssize_t>(codes.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  return std::u32string(codes.begin(), codes.begin() + length);
}

}  // namespace

bool is_letter(char32_t code) { return is_letter_category(category15(code)); }

bool is_number(char32_t code) { return is_number_category(category15(code)); }

bool is_white_space(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= 9 && code <= 13);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_unicode_word(char32_t code) {
  switch (category15(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC: return true;
    default: break;
  }
  // Other_Alphabetic beside marks: letters in circles and squares; then the joiners.
  return is_letter(code) || in(kOtherCased, code) || code == 0x200C || code == 0x200D;
}

bool is_python_space(char32_t code) {
  return is_white_space(code) || (code >= 0x1C && code <= 0x1F);
}

bool is_python_word(char32_t code) {
  const utf8proc_category_t category = category14(code);
  return code == '_' || is_letter_category(category) || is_number_category(category);
}

bool is_python_digit(char32_t code) {
  if (code < 0x80) return code >= '0' && code <= '9';
  return category14(code) == UTF8PROC_CATEGORY_ND;
}

std::string_view strip_python_space(std::string_view text) {
  size_t begin = 0, end = 0;  // of what stays
  for (size_t i = 0; i < text.size();) {
    const Utf8Step step = utf8_step(text, i);
    const bool space = is_python_space(step.code);
    if (space && begin == i) begin = i + step.length;
    i += step.length;
    if (!space) end = i;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::u32string lower_python(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kCapitalSigma)
      lower.push_back(is_final_sigma(text, i) ? kFinalSigma : kSigma);
    else
      append_lower(lower, text[i]);
  }
  return lower;
}

std::u32string lower_each(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (const char32_t code : text) append_lower(lower, code);
  return lower;
}

std::u32string to_nfc(std::u32string text) {
  if (std::none_of(text.begin(), text.end(), may_change)) return text;
  std::u32string composed;
  composed.reserve(text.size());
  // What 14.0 does not know is an inert starter there: nothing composes across it.
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && !in(kNewIn15, text[end])) ++end;
    composed += compose(std::u32string_view(text).substr(begin, end - begin), 0);
    if (end < text.size()) composed.push_back(text[end]);
    begin = end + 1;
  }
  return composed;
}

std::u32string compatible_form(char32_t code) {
  return compose(std::u32string_view(&code, 1), UTF8PROC_COMPAT);
}

}  // namespace tandem
