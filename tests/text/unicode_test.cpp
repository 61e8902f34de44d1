#include "text/unicode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "text/utf8.h"

namespace tandem {
namespace {

TEST(Utf8, TheFirstIllFormedByteIsNamed) {
  const struct {
    std::string bytes;
    size_t offset;
  } cases[] = {{"plain", std::string::npos},
               {"eight ASCII bytes, then \xC3\xA9", std::string::npos},
               {"a\xFF", 1},
               {"ab\xC0\x80", 2},            // overlong
               {"\xED\xA0\x80", 0},          // a surrogate
               {"\xF4\x90\x80\x80", 0},      // above U+10FFFF
               {"0123456789\xE2\x82", 10}};  // cut short
  for (const auto& one : cases) EXPECT_EQ(invalid_utf8_offset(one.bytes), one.offset) << one.bytes;
}

TEST(Utf8, EachMaximalIllFormedPartBecomesOneReplacement) {
  EXPECT_EQ(replace_invalid_utf8("a\xE2\x82z"), "a\uFFFDz");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(replace_invalid_utf8("\xF0\x9F\x98"), "\uFFFD");
}

TEST(Utf8, EveryCodePointSurvivesTheRoundTrip) {
  std::u32string all;
  for (char32_t code = 0; code < 0x110000; ++code)
    if (code < 0xD800 || code > 0xDFFF) all.push_back(code);
  EXPECT_EQ(utf8_to_utf32(utf32_to_utf8(all)), all);
}

TEST(Unicode, CharactersOfUnicode15AreLettersForTheSplitAloneNotForPython) {
  const char32_t kawi_letter = 0x11F12;  // assigned in 15.0
  EXPECT_TRUE(is_letter(kawi_letter));
  EXPECT_FALSE(is_python_word(kawi_letter));
}

TEST(Unicode, TheTwoKindsOfSpaceDifferInFourControls) {
  for (char32_t code = 0; code < 0x3001; ++code)
    EXPECT_EQ(is_python_space(code) != is_white_space(code), code >= 0x1C && code <= 0x1F)
        << static_cast<uint32_t>(code);
}

TEST(Unicode, NormalFormComposesAndOrders) {
  EXPECT_EQ(to_nfc(U"e\u0301"), U"\u00E9");
  EXPECT_EQ(to_nfc(U"a\u0301\u0323"), U"\u1EA1\u0301");
  EXPECT_EQ(to_nfc(U"\u212B"), U"\u00C5");
  EXPECT_EQ(to_nfc(U"\u1100\u1161\u11A8"), U"\uAC01");
  EXPECT_EQ(to_nfc(U"\u0958"), U"\u0915\u093C");  // a composition exclusion
}

TEST(Unicode, MarksOfUnicode15AreNoMarksYet) {
  const std::u32string marks = U"a\U0001E08F\u0323";  // class 230, then 220
  EXPECT_EQ(to_nfc(marks), marks);
}

TEST(Unicode, LongRunsOfMarksAreSortedQuickly) {
  std::u32string text = U"a";
  for (int i = 0; i < 200'000; ++i) text += i % 2 == 0 ? U'\u0301' : U'\u0323';
  const std::u32string composed = to_nfc(text);
  EXPECT_EQ(composed[0], U'\u1EA1');
  EXPECT_TRUE(std::is_sorted(composed.rbegin(), composed.rend() - 1));
}

TEST(Unicode, HuggingFaceLowersEachCharacterOnItsOwn) {
  EXPECT_EQ(lower_each(U"ΑΣ"), U"ασ");
  EXPECT_EQ(lower_python(U"ΑΣ"), U"ας");
}

TEST(Unicode, StripTakesPythonsSpacesFromBothEnds) {
  EXPECT_EQ(strip_python_space(" \x1C\u00A0 a b\u3000\n"), "a b");
  EXPECT_EQ(strip_python_space("\u2003 "), "");
}

}  // namespace
}  // namespace tandem
