#include "text/badness.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "text/mojibake_lookup.h"
#include "text/unicode.h"

namespace tandem {
namespace {

using Category = MojibakeCategory;

/// Sets of categories and of plain classes, one bit each.
constexpr uint32_t bit(Category category) { return 1u << static_cast<int>(category); }
constexpr uint32_t kCommon = bit(Category::common), kC1 = bit(Category::c1),
                   kBad = bit(Category::bad), kLaw = bit(Category::law),
                   kCurrency = bit(Category::currency), kStart = bit(Category::start_punctuation),
                   kEnd = bit(Category::end_punctuation), kNumeric = bit(Category::numeric),
                   kKaomoji = bit(Category::kaomoji), kUpper = bit(Category::upper_accented),
                   kLower = bit(Category::lower_accented),
                   kUpperCommon = bit(Category::upper_common),
                   kLowerCommon = bit(Category::lower_common), kBox = bit(Category::box);
constexpr uint32_t kLatinLower = 1u << 20, kLatinUpper = 1u << 21, kNotLatin = 1u << 22,
                   kSpace = 1u << 23, kWord = 1u << 24, kNotNewline = 1u << 25;
constexpr uint32_t kLatin = kLatinLower | kLatinUpper;
constexpr uint32_t kAccented = kLower | kUpper;

/// One place of a juxtaposition: any of these classes, or one of these characters.
struct Place {
  uint32_t classes = 0;
  std::u16string_view characters = {};
};

constexpr size_t kLongest = 7;

/// Characters in a row that are bad; `at_start`: only where the text begins.
struct Juxtaposition {
  std::vector<Place> places;
  bool at_start = false;
};

/// ftfy's BADNESS_RE, alternative by alternative; the order does not matter.
std::vector<Juxtaposition> juxtapositions() {
  constexpr Place arabic_lead{0, u"\u00D8\u00D9"};
  constexpr Place arabic_next{kCommon | kCurrency | kBad | kNumeric | kStart,
                              u"\u0178\u0160\u00AE\u00B0\u00B5\u00BB"};
  constexpr Place cyrillic_lead{0, u"\u0412\u0413\u0420\u0421"};
  constexpr Place greek_lead{0, u"\u0392\u0393\u039E\u039F"};
  constexpr Place a_hat_or_tilde{0, u"\u00C3\u00C2"};
  constexpr Place space{0, u" "};
  const uint32_t beside_bad = kAccented | kBox | kStart | kEnd | kCurrency | kNumeric | kLaw;
  return {
      {{{kC1}}},
      {{{beside_bad | kBad}, {kBad}}},
      {{{kLatin}, {kLowerCommon | kUpperCommon}, {kBad}}},
      {{{kBad}, {beside_bad}}},
      {{{kLower | kLowerCommon | kBox | kEnd | kCurrency | kNumeric}, {kUpper}}},
      {{{kBox | kEnd | kCurrency | kNumeric}, {kLower}}},
      {{{kLower | kBox | kEnd}, {kCurrency}}},
      {{{kSpace}, {kUpper}, {kCurrency}}},
      {{{kUpper | kBox}, {kNumeric | kLaw}}},
      {{{kAccented | kBox | kCurrency | kEnd}, {kStart}, {kNumeric}}},
      {{{kAccented | kCurrency | kNumeric | kBox | kLaw}, {kEnd}, {kStart}}},
      {{{kCurrency | kNumeric | kBox}, {kStart}}},
      {{{kLatinLower}, {kUpper}, {kStart | kCurrency}}},
      {{{kBox}, {kKaomoji}}},
      {{{kAccented | kCurrency | kNumeric | kStart | kEnd | kLaw}, {kBox}}},
      {{{kBox}, {kEnd}}},
      {{{kAccented}, {kStart | kEnd}, {kWord}}},
      // The ligature oe, unless an unaccented letter follows.
      {{{0, u"\u0152\u0153"}, {kNotLatin}}},
      // A degree sign after a capital.
      {{{kUpper}, {0, u"\u00B0"}}},
      // Windows-1252 pairs.
      {{{0, u"\u00C2\u00C3\u00CE\u00D0"},
        {kStart | kEnd,
         u"\u20AC\u0153\u0160\u0161\u00A2\u00A3\u0178\u017E\u00A0\u00AD\u00AE\u00A9\u00B0\u00B7"
         u"\u00BB\u2013\u2014\u00B4"}}},
      {{{0, u"\u00D7"}, {0, u"\u00B2\u00B3"}}},
      // Arabic through Windows-1252: two pairs, since common characters take part.
      {{arabic_lead, arabic_next, arabic_lead, arabic_next}},
      // The beginning of South Asian letters through Windows-1252.
      {{{0, u"\u00E0"}, {0, u"\u00B2\u00B5\u00B9\u00BC\u00BD\u00BE"}}},
      // MacRoman.
      {{{0, u"\u221A"},
        {0, u"\u00B1\u2202\u2020\u2260\u00AE\u2122\u00B4\u2264\u2265\u00A5\u00B5\u00F8"}}},
      {{{0, u"\u2248"}, {0, u"\u00B0\u00A2"}}},
      {{{0, u"\u201A"},
        {0, u"\u00C4"},
        {0, u"\u00EC\u00EE\u00EF\u00F2\u00F4\u00FA\u00F9\u00FB\u2020\u00B0\u00A2\u03C0"}}},
      {{{0, u"\u201A"}, {0, u"\u00E2\u00F3"}, {0, u"\u00E0\u00E4\u00B0\u00EA"}}},
      // Windows-1251: punctuation of U+2000, then Latin-1 or Cyrillic letters.
      {{{0, u"\u0432"}, {0, u"\u0402"}}},
      {{cyrillic_lead, {kC1 | kBad | kStart | kEnd | kCurrency, u"\u00B0\u00B5"}, cyrillic_lead}},
      // Windows-1251 on top of Latin-1, with a Latin letter near.
      {{{0, u"\u0413"},
        {0, u"\u045E"},
        {0, u"\u0412"},
        {0, u"\u0402"},
        {0, u"\u0412"},
        {kNotNewline},
        {kLatin, u" "}}},
      // Windows-1252 forms of a-grave, a-acute and the no-break space.
      {{{0, u"\u00C3"}, {0, u"\u00A0\u00A1"}}},
      {{{kLatinLower}, a_hat_or_tilde, space}},
      {{{kLatinLower}, {kSpace}, a_hat_or_tilde, space}},
      {{a_hat_or_tilde, space}, /*at_start=*/true},
      // A-circumflex before a character that it encodes.
      {{{kLatinLower | kEnd, u".,?!"}, {0, u"\u00C2"}, {kStart | kEnd, u" "}}},
      // Windows-1253: punctuation of U+2000, then Latin-1 or Greek letters.
      {{{0, u"\u03B2"}, {0, u"\u20AC"}, {0, u"\u2122\u00A0\u0386\u00AD\u00AE\u00B0"}}},
      {{greek_lead, {kC1 | kBad | kStart | kEnd | kCurrency, u"\u00B0"}, greek_lead}},
      // Windows-1257: punctuation of U+2000.
      {{{0, u"\u0101"}, {0, u"\u20AC"}}},
  };
}

/// Bit k of mask p: the character can stand at place p of juxtaposition k.
using Masks = std::array<uint64_t, kLongest>;

/// All juxtapositions at once, one bit each. Characters that behave alike share
/// one set of masks.
struct Matcher {
  std::array<uint16_t, kIndexCount> set_of{};
  std::vector<Masks> sets;
  std::array<uint64_t, kLongest + 1> complete{};  ///< bit k: k has this many places
  uint64_t only_at_start = 0;

  Matcher() {
    const auto all = juxtapositions();
    for (size_t k = 0; k < all.size(); ++k) {
      complete[all[k].places.size()] |= uint64_t{1} << k;
      if (all[k].at_start) only_at_start |= uint64_t{1} << k;
    }
    std::array<uint32_t, kIndexCount> classes{};
    for (size_t i = 0; i < kMojibakeCategoryCount; ++i)
      for (const CodeRange range : kMojibakeCategories[i])
        for (char32_t code = range.first; code <= range.last; ++code)
          classes[mojibake_index(code)] |= 1u << i;
    std::map<Masks, uint16_t> known;
    std::map<uint32_t, uint16_t> by_classes;  // for characters that no place names
    const std::u16string named = characters_named(all);
    for (size_t index = 0; index < kIndexCount; ++index) {
      classes[index] |= plain_classes(index);
      const auto code = static_cast<char16_t>(code_of(index));
      const bool is_named = named.find(code) != named.npos;
      const auto alike = by_classes.find(classes[index]);
      if (!is_named && alike != by_classes.end()) {
        set_of[index] = alike->second;
        continue;
      }
      const Masks masks = masks_of(all, classes[index], code);
      const auto [entry, is_new] = known.emplace(masks, static_cast<uint16_t>(sets.size()));
      if (is_new) sets.push_back(masks);
      set_of[index] = entry->second;
      if (!is_named) by_classes[classes[index]] = entry->second;
    }
  }

  static char32_t code_of(size_t index) {
    constexpr std::array<char32_t, kIndexCount - kPlainCodes> far = {0xF8FF, 0xFB01, 0xFB02, 0xFFFD,
                                                                     0,      0,      0};
    return index < kPlainCodes ? static_cast<char32_t>(index) : far[index - kPlainCodes];
  }

  static uint32_t plain_classes(size_t index) {
    if (index == kOtherSpace) return kSpace | kNotLatin | kNotNewline;
    if (index == kOtherWord) return kWord | kNotLatin | kNotNewline;
    if (index == kOtherCode) return kNotLatin | kNotNewline;
    const char32_t code = code_of(index);
    uint32_t classes = code == '\n' ? 0 : kNotNewline;
    if (code >= 'a' && code <= 'z')
      classes |= kLatinLower;
    else if (code >= 'A' && code <= 'Z')
      classes |= kLatinUpper;
    else
      classes |= kNotLatin;
    if (is_python_space(code)) classes |= kSpace;
    if (is_python_word(code)) classes |= kWord;
    return classes;
  }

  static std::u16string characters_named(const std::vector<Juxtaposition>& all) {
    std::u16string named;
    for (const Juxtaposition& one : all)
      for (const Place& place : one.places) named += place.characters;
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    return named;
  }

  static Masks masks_of(const std::vector<Juxtaposition>& all, uint32_t classes, char16_t code) {
    Masks masks{};
    for (size_t k = 0; k < all.size(); ++k)
      for (size_t p = 0; p < all[k].places.size(); ++p) {
        const Place& place = all[k].places[p];
        if ((place.classes & classes) || place.characters.find(code) != place.characters.npos)
          masks[p] |= uint64_t{1} << k;
      }
    return masks;
  }
};

}  // namespace

bool is_bad(std::u32string_view text) {
  static const Matcher matcher;
  for (size_t i = 0; i < text.size(); ++i) {
    uint64_t possible = ~uint64_t{0};
    if (i != 0) possible &= ~matcher.only_at_start;
    for (size_t p = 0; p < kLongest && i + p < text.size(); ++p) {
      possible &= matcher.sets[matcher.set_of[mojibake_index(text[i + p])]][p];
      if (possible == 0) break;
      if (possible & matcher.complete[p + 1]) return true;
    }
  }
  return false;
}

}  // namespace tandem
