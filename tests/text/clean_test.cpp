// What the references' cleaning makes of people's texts. Expected values are those
// of ftfy 6.3.1, html.unescape and str.lower.
#include "text/clean.h"

#include <gtest/gtest.h>

#include <string>

#include "text/html_entities.h"
#include "text/utf8.h"

namespace tandem {
namespace {

struct CleanCase {
  const char* text;
  const char* cleaned;
};

void expect_openai(const std::vector<CleanCase>& cases) {
  for (const CleanCase& one : cases)
    EXPECT_EQ(clean_text(one.text, Cleaning::openai), one.cleaned) << one.text;
}

TEST(Clean, PlainTextLosesItsCaseAndItsSpareBlanks) {
  expect_openai({{"  A\tPhoto \n of\fit ", "a photo of it"}, {"", ""}, {" \n ", ""}});
}

TEST(Clean, MojibakeIsReadRight) {
  expect_openai({{"cafÃ©", "café"},
                 {"cafÃƒÂ©", "café"},
                 {"voilÃ  le travail", "voilà le travail"},
                 {"â€œhereâ€™s a testâ€\u009d", "\"here's a test\""},
                 {"Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"},
                 {"schÃ¶n ï¿½", "schön \uFFFD"},
                 {"l’Ã©tÃ© â€“ 5 â‚¬", "l'été – 5 €"}});
}

TEST(Clean, ANoBreakSpaceThatBecameASpaceIsRestored) {
  expect_openai({{"\u00C3 s vezes", "às vezes"},
                 {"P\u00C3\u00A1gina \u00C3 la", "página à la"},
                 {"\u00D0 \u00D0\u00BE\u00D0\u00B4", "род"}});
}

TEST(Clean, GoodTextThatLooksOddStays) {
  expect_openai(
      {{"IKEA® Å ett", "ikea® å ett"},
       {"ΑÂ 12°", "αâ 12°"},
       {"(╯°□°)╯︵ ┻━┻", "(╯°□°)╯︵ ┻━┻"},
       {"PARCE QUE SUR LEURS PLAQUES IL Y MARQUÉ…", "parce que sur leurs plaques il y marqué…"}});
}

TEST(Clean, MojibakeAmongGoodTextOfAnotherScriptIsMendedInPlace) {
  expect_openai({{"cafÃ©\nпривет Ã©", "café привет é"}});
}

TEST(Clean, EntitiesAreDecodedTwiceAndMoreWhereThereIsNoMarkup) {
  expect_openai({{"&amp;amp;amp;eacute;", "é"},
                 {"<b> &amp;amp;amp;eacute;", "<b> &amp;eacute;"},
                 {"&EACUTE; &SZLIG;", "é ss"},
                 {"1 < 2\n&EACUTE;", "1 < 2 &eacute;"},
                 {"&notit &#x80; &#0; a&#1;b &#xFFFE;c", "¬it € \uFFFD ab c"},
                 {"&lt;|startoftext|&gt;", "<|startoftext|>"}});
}

TEST(Clean, ControlsEscapesLigaturesAndWidthsGo) {
  expect_openai({{"\x1b[36;44mblue\x1b[0m", "blue"},
                 {"a\x01\x7f\xEF\xBB\xBF"
                  "b",
                  "ab"},
                 {"ﬂuﬃeﬆ ĲŉǄ", "fluffiest ij'ndž"},
                 {"ＬＯＵＤ　ﾀｰﾝ", "loud ターン"},
                 {"a\r\nb\rc\xE2\x80\xA8"
                  "d",
                  "a b c d"}});
}

TEST(Clean, SigmaIsFinalAtTheEndOfAWordAlone) {
  expect_openai({{"ΟΔΟΣ ΣΑΣ Σ", "οδος σας σ"}, {"ΑΣ'Α ΑΣ' ΑΣ.", "ασ'α ας' ας."}, {"İ ẞ", "i̇ ß"}});
}

TEST(Clean, EachKindOfOpenClipDoesItsOwn) {
  const std::string text = "  It's_A  \"TEST\" – &amp; so-on ";
  EXPECT_EQ(clean_text(text, Cleaning::open_clip), "it's_a \"test\" – & so-on");
  EXPECT_EQ(clean_text(text, Cleaning::whitespace), "It's_A \"TEST\" – & so-on");
  EXPECT_EQ(clean_text(text, Cleaning::whitespace_underscore), "It's A \"TEST\" – & so-on");
  EXPECT_EQ(clean_text(text, Cleaning::canonicalize), "its a test – soon");
  EXPECT_EQ(clean_text("It's_A  \"TEST\"", Cleaning::canonicalize), "its a test");
}

TEST(Clean, NestedAmpersandsTakeLinearTime) {
  std::string text = "&";
  for (int i = 0; i < 200'000; ++i) text += i % 2 == 0 ? "amp;" : "#38;";
  EXPECT_EQ(clean_text(text + "eacute;", Cleaning::openai), "é");
}

TEST(HtmlEntities, TheStrictFormWantsItsSemicolon) {
  const auto strictly = [](const char* text) {
    return utf32_to_utf8(unescape_html_strictly(utf8_to_utf32(text)));
  };
  EXPECT_EQ(strictly("&eacute; &eacute &NTILDE; &nTILDE;"), "é &eacute Ñ &nTILDE;");
  EXPECT_EQ(strictly("&#59; &#x26; &#12z;"), "&#59; & &#12z;");
}

}  // namespace
}  // namespace tandem
