// A lesson's copy with pictures.
#include "illustrate/figures.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>

#include "base/scratch_folder.h"
#include "illustrate/copy_check.h"

namespace {

using tandem::add_figures;
using tandem::find_places;
using tandem::LessonFigure;
using tandem::PlaceKind;

/// The copy with one picture behind each paragraph, without the table of sources.
std::string copied(const std::string& lesson, PlaceKind at = PlaceKind::paragraphs) {
  std::vector<LessonFigure> figures;
  for (const auto& place : find_places(lesson, {.at = at, .min_words = 1}))
    figures.push_back({.place = place, .picture = "/p/a.png", .alt = "A"});
  const std::string copy = add_figures(lesson, figures, "/p", "S");
  return copy.substr(0, copy.rfind("## S"));
}

const std::string kImage = "![A](a.png \"Picture 1\")";

TEST(Figures, StandBehindTheirParagraphs) {
  EXPECT_EQ(copied("a b\nc\n\nd\n"), "a b\nc\n\n" + kImage + "\n\nd\n\n" + kImage + "\n\n");
  // Without a blank line behind the paragraph one is added.
  EXPECT_EQ(copied("a\n```\nx\n```\n"), "a\n\n" + kImage + "\n\n```\nx\n```\n\n");
  EXPECT_EQ(copied("a"), "a\n\n" + kImage + "\n\n");
  EXPECT_EQ(copied("# H\na\n", PlaceKind::headings), "# H\n\n" + kImage + "\n\na\n\n");
  EXPECT_EQ(copied("H\n===\na\n", PlaceKind::headings), "H\n===\n\n" + kImage + "\n\na\n\n");
}

TEST(Figures, KeepLineEnds) {
  EXPECT_EQ(copied("a\r\n\r\nb"), "a\r\n\r\n" + kImage + "\r\n\r\nb\r\n\r\n" + kImage + "\r\n\r\n");
  EXPECT_EQ(copied("a\r\rb\r"), "a\r\r" + kImage + "\r\rb\r\r" + kImage + "\r\r");
}

TEST(Figures, StayInTheirListItems) {
  // A tight list stays tight.
  EXPECT_EQ(copied("- a\n- b\n"), "- a\n  " + kImage + "\n- b\n  " + kImage + "\n\n");
  EXPECT_EQ(copied("1.  a\n\n2.  b\n"),
            "1.  a\n\n    " + kImage + "\n\n2.  b\n\n    " + kImage + "\n\n");
  EXPECT_EQ(copied("-\ta\n"), "-\ta\n \t" + kImage + "\n\n");
}

TEST(Figures, OtherBytesStayAsTheyAre) {
  const std::string lesson("\xef\xbb\xbf# T \xff\n\na \0 b  \n\n\n\n* * *\n", 27);
  const std::string copy = copied(lesson);
  std::string without = copy;
  without.erase(without.find("\n" + kImage + "\n"), kImage.size() + 2);
  EXPECT_EQ(without, lesson + "\n");
}

TEST(Figures, ATableOfSourcesStandsAtTheEnd) {
  const auto places = find_places("a b\n\nc d\n\ne f\n", {.min_words = 1});
  ASSERT_EQ(places.size(), 3u);
  const std::vector<LessonFigure> figures = {
      {.place = places[0],
       .picture = "/p/x/moon [1].jpg",
       .alt = "The moon",
       .credit = "A | B",
       .licence = "CC BY 4.0"},
      {.place = places[1], .picture = "/p/sun\xff.jpg"},
      {.place = places[2], .picture = "/p/x/moon [1].jpg", .alt = "The moon"}};
  EXPECT_EQ(add_figures("a b\n\nc d\n\ne f\n", figures, "/p/lesson", "Bilder"),
            "a b\n\n![The moon](../x/moon%20%5B1%5D.jpg \"Picture 1\")\n\n"
            "c d\n\n![Alt text is missing: a person must write it](../sun%FF.jpg \"Picture 2\")\n\n"
            "e f\n\n![The moon](../x/moon%20%5B1%5D.jpg \"Picture 1\")\n\n"
            "## Bilder\n\n| | Picture | Credit | Licence |\n|---|---|---|---|\n"
            "| 1 | [moon \\[1\\].jpg](../x/moon%20%5B1%5D.jpg) | A \\| B | CC BY 4.0 |\n"
            "| 2 | [sun\xef\xbf\xbd.jpg](../sun%FF.jpg) |  |  |\n");
  const std::string plain =
      add_figures("a b\n", {{{.place = places[0], .picture = "/p/b.png"}}}, "/p");
  EXPECT_TRUE(
      plain.ends_with("## Sources of the pictures\n\n| | Picture |\n|---|---|\n"
                      "| 1 | [b.png](b.png) |\n"))
      << plain;
}

TEST(Figures, NoneLeaveTheLessonAsItIs) {
  const std::string lesson("```\nopen \0 \r\n", 13);
  EXPECT_EQ(add_figures(lesson, {}, "/p"), lesson);
}

TEST(Figures, AnEndInsideCodeIsRefused) {
  for (const std::string open : {"a b\n\n```\ncode\n", "a b\n\n<!-- never closed\n"}) {
    const auto places = find_places(open, {.min_words = 1});
    ASSERT_EQ(places.size(), 1u);
    const LessonFigure figure{.place = places[0], .picture = "a.png"};
    EXPECT_EQ(tandem_test::refusal([&] {
                add_figures(open, {&figure, 1}, "");
              }),
              "the lesson ends inside code or HTML that begins in line 3 and is never closed, so "
              "that no table of sources can stand behind it; close it");
  }
}

TEST(Figures, WordsOfOthersAreShownAsTheyAre) {
  EXPECT_EQ(tandem::escape_markdown("a *b* [c](d) `e` <f> & g | h\ni\x1b\xff"),
            "a \\*b\\* \\[c\\](d) &#96;e&#96; &lt;f&gt; &amp; g \\| h i \xef\xbf\xbd");
}

TEST(Figures, OddLessonsKeepTheirStructure) {
  const char* lessons[] = {
      "a\n# b\nc\n***\nd\n> e\n",
      "a\n> b\nlazy\n\nc\n",
      "- a\n  - b\n\n  - c\n- d\n",
      "- a\n\n  b\n- c\n",
      "- a\n  - b\n  - c\n- d\n",
      "1. a\n2. b\n   * c\n\n     d\n3. e\n",
      "- a\n-\n- b\n",
      "-   a\n\n    b\n\n      c\n",
      "10) a\n11) b\n",
      "a `open\n\nb\n",
      "- a `open\n- b ` c\n",
      "- see [foo\n- [a]: /b\n",
      "a  \n\nb\\\n",
      "[a]: /b\nc\n",
      "* a\n* b\n+ c\n",
      "\ta\n\nb\n",
      "- a\n\n\n\n  b\n",
      "a\n<div>\nb\n\nc\n</div>\n",
      "- # a\n  b\n",
      "- a\n  ***\n- b\n",
      "- [ ] a\n- [x] b\n",
      "   a\n  b\n",
      "a\r\n- b\rc\n",
      "a\n\nb\r",
  };
  for (const char* lesson : lessons)
    for (const auto at : {PlaceKind::paragraphs, PlaceKind::headings})
      EXPECT_EQ(tandem_test::copy_fault(lesson, at), "") << lesson;
}

TEST(Figures, LessonsOfRandomPartsKeepTheirStructure) {
  const char* parts[] = {"a",     "b c",     "# ",      "## h", "- ",    "* x",    "1. ",
                         "2) y",  "> ",      "  ",      "    ", "\t",    "\n",     "\n\n",
                         "\n",    "\r\n",    "```",     "~~~",  "---",   "===",    "| a |",
                         "|---|", "![p](q)", "[r]: /s", "`",    "<div>", "</div>", "<!--",
                         "-->",   "***",     "[t",      "](u)", "\\",    "$$",     "[^1]: v"};
  std::mt19937 random(4);
  for (int round = 0; round < 4000; ++round) {
    std::string lesson;
    for (size_t i = 2 + random() % 20; i > 0; --i) {
      lesson += parts[random() % std::size(parts)];
      if (random() % 3 == 0) lesson += "\n";
    }
    for (const auto at : {PlaceKind::paragraphs, PlaceKind::headings}) {
      std::string fault;
      try {
        fault = tandem_test::copy_fault(lesson, at);
      } catch (const tandem::Error&) {  // it ends inside code
      }
      ASSERT_EQ(fault, "") << lesson;
    }
  }
}

}  // namespace
