// Where pictures may stand in a lesson.
#include "illustrate/lesson.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"

namespace {

using tandem::find_places;
using tandem::Place;
using tandem::PlaceKind;

std::vector<std::string> texts(std::string_view lesson, PlaceKind at = PlaceKind::paragraphs) {
  std::vector<std::string> found;
  for (const Place& place : find_places(lesson, {.at = at, .min_words = 2}))
    found.push_back(place.text);
  return found;
}

using Texts = std::vector<std::string>;

TEST(Lesson, ParagraphsWithTheirLinesAndTheTitlesAbove) {
  const auto places = find_places(
      "# The sky\n\nThe moon goes\nround the *earth*.\n\n## Stars `x`\n\nThey are very far away.\n"
      "\n# Water\n\nWater boils at one hundred degrees.\n");
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].line, 3);
  EXPECT_EQ(places[0].end_line, 4);
  EXPECT_EQ(places[0].text, "The moon goes round the earth.");
  EXPECT_EQ(places[0].headings, Texts{"The sky"});
  EXPECT_EQ(places[1].line, 8);
  EXPECT_EQ(places[1].headings, (Texts{"The sky", "Stars x"}));
  EXPECT_EQ(places[2].headings, Texts{"Water"});
}

TEST(Lesson, ListItemsAreParagraphsWithTheirIndent) {
  const auto places = find_places(
      "- the first of the items here\n- the second one\n  goes on over two lines\n\n"
      "1.  a loose item of five words\n\n    its second paragraph, which is longer\n\n2.  and so "
      "on with one more\n");
  ASSERT_EQ(places.size(), 5u);
  EXPECT_TRUE(places[0].tight);
  EXPECT_EQ(places[0].indent, "  ");
  EXPECT_EQ(places[1].end_line, 3);
  EXPECT_FALSE(places[2].tight);
  EXPECT_EQ(places[2].indent, "    ");
  EXPECT_EQ(places[3].indent, "    ");
}

struct NoPlace {
  const char* what;
  const char* markdown;
};

TEST(Lesson, WhatIsNoPlaceForAPicture) {
  const NoPlace cases[] = {
      {"fenced code", "```\nsome words of code here\n```\n"},
      {"open code", "~~~ python\nsome words of code here\n\nand more of them\n"},
      {"indented code", "    some words of code here\n"},
      {"quotation", "> a man said these words once\n"},
      {"quotation in an item", "- > a man said these words once\n"},
      {"list in a quotation", "> - a man said these words once\n"},
      {"table", "| a word | another word |\n|---|:-:|\n| more words | here too |\n"},
      {"table without bars at its sides", "word word | word\n--- | ---\nwords words | here\n"},
      {"html", "<div>\nsome words of HTML here\n</div>\n"},
      {"comment", "<!-- some words\n\nand more words -->\n"},
      {"mathematics", "$$\na plus b is c\n$$\n"},
      {"vertical tab behind a list's marker", "- \vsome words of an item\n"},
      {"footnote", "[^1]: some words that explain things\n"},
      {"directive", "::: note\nsome words of a note\n:::\n"},
      {"front matter", "---\ntitle: some words of a title\n---\n"},
      {"front matter of TOML", "+++\ntitle = some words of a title\n+++\n"},
      {"short", "hello\n"},
      {"link definition", "[some words here]: http://example.org \"a title with words\"\n"},
      {"rule", "---\n\n***\n"},
      {"nothing", ""},
      {"blank", " \n\t\r\n\r"},
  };
  for (const auto& [what, markdown] : cases) EXPECT_EQ(texts(markdown), Texts{}) << what;
}

TEST(Lesson, AParagraphThatHasAPictureGetsNone) {
  EXPECT_EQ(texts("some words with ![a picture of it](a.png) inside\n"), Texts{});
  EXPECT_EQ(texts("some words with <img src=a.png> inside\n"), Texts{});
  EXPECT_EQ(texts("![a picture of it](a.png)\n"), Texts{});
  // A picture on its own belongs to what it stands behind...
  EXPECT_EQ(texts("these first words\n\n![p](a.png)\n\nthese second words\n"),
            Texts{"these second words"});
  EXPECT_EQ(texts("these first words\n\n<figure><img src=a.png></figure>\n\nthese second words\n"),
            Texts{"these second words"});
  // ...or, right below a heading, to what it stands before.
  EXPECT_EQ(texts("# A\n\n![p](a.png)\n![q](b.png)\n\nthese first words\n\nthese second words\n"),
            Texts{"these second words"});
  EXPECT_EQ(texts("[![p](a.png)](b.html)\n\nthese first words\n"), Texts{});
}

TEST(Lesson, SectionsAtHeadings) {
  const auto places = find_places(
      "# Title\n\n## One\n\nWords of one.\n\n- more of one\n\n```\ncode\n```\n\n### One a\n\n## "
      "Two\n\ntext ![p](a.png)\n\nThree\n-----\n",
      {.at = PlaceKind::headings});
  ASSERT_EQ(places.size(), 4u);
  EXPECT_EQ(places[0].text, "Title");
  EXPECT_EQ(places[1].text, "One\nWords of one.\nmore of one");
  EXPECT_EQ(places[1].headings, Texts{"Title"});
  EXPECT_EQ(places[2].headings, (Texts{"Title", "One"}));
  EXPECT_EQ(places[3].text, "Three");
  EXPECT_EQ(places[3].end_line, 20);  // behind the line that makes it a heading
}

TEST(Lesson, HeadingsInListsAndQuotationsOpenNoSection) {
  EXPECT_EQ(texts("- # in an item\n\n> # in a quotation\n", PlaceKind::headings), Texts{});
  const auto places = find_places("# A\n\n> # B\n\nfour words and then one\n", {});
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].headings, Texts{"A"});
}

TEST(Lesson, LinesEndAsCommonMarkSays) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    std::string lesson;
    for (const char* line : {"# A", "", "four words and then one", "and five words more", ""})
      lesson += std::string(line) + end;
    const auto places = find_places(lesson);
    ASSERT_EQ(places.size(), 1u);
    EXPECT_EQ(places[0].line, 3);
    EXPECT_EQ(places[0].end_line, 4);
  }
  EXPECT_EQ(tandem::split_lines("a\r\n\rb\n\nc").size(), 5u);
}

TEST(Lesson, AMarkOfByteOrderAndFrontMatterShiftNothing) {
  EXPECT_EQ(texts("\xef\xbb\xbf---\nt: x y z\n---\nthese are words\n"), Texts{"these are words"});
  EXPECT_EQ(find_places("\xef\xbb\xbf-\tthese are five words there\n").at(0).indent, " \t");
  // A rule at the beginning opens no front matter.
  EXPECT_EQ(texts("---\n\nthese are words\n\n---\n"), Texts{"these are words"});
  EXPECT_EQ(texts("---\nnever closed words\n"), Texts{"never closed words"});
}

TEST(Lesson, WritingWithoutBlanksHasWordsToo) {
  EXPECT_EQ(find_places("月は地球の周りを回る。\n").size(), 1u);
}

TEST(Lesson, BytesThatAreNoTextAreRead) {
  const std::string lesson("five words \xff\xfe and \0 the one\n", 28);
  const auto places = find_places(lesson);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].text, "five words \xef\xbf\xbd\xef\xbf\xbd and \xef\xbf\xbd the one");
}

TEST(Lesson, DeepAndLongLessonsAreRead) {
  std::string quotes, lists, brackets;
  for (int i = 0; i < 20000; ++i) quotes += "> ";
  for (int i = 0; i < 200; ++i) lists += std::string(static_cast<size_t>(2 * i), ' ') + "- a b\n";
  for (int i = 0; i < 20000; ++i) brackets += "[*_";
  EXPECT_EQ(texts(quotes + "words of a quotation\n"), Texts{});
  EXPECT_EQ(texts(lists).size(), 200u);
  EXPECT_EQ(texts(brackets + " two words\n").size(), 1u);
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "five words in each paragraph\n\n";
  EXPECT_EQ(find_places(many).size(), 20000u);
  EXPECT_EQ(
      tandem_test::refusal([] { find_places(std::string(tandem::kMaxLessonBytes + 1, 'a')); }),
      "the lesson has 16777217 bytes, and 16777216 are the most; cut it into parts");
}

}  // namespace
