// Alt texts beside pictures, and tables of credits.
#include "illustrate/picture_words.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"

namespace {

using tandem::PictureTable;
using tandem_test::refusal;
using tandem_test::ScratchFolder;

TEST(PictureWords, AltTextsStandBesidePictures) {
  const ScratchFolder scratch;
  scratch.write("moon.txt", "  The moon,\n\tfull.\r\n");
  scratch.write("sun.jpg.txt", "The sun.");
  EXPECT_EQ(tandem::alt_beside(scratch.path("moon.jpg")), "The moon, full.");
  EXPECT_EQ(tandem::alt_beside(scratch.path("sun.jpg")), "The sun.");
  EXPECT_EQ(tandem::alt_beside(scratch.path("tree.jpg")), "");
  EXPECT_EQ(tandem::alt_beside(scratch.path("moon.txt")), "");
  scratch.write("long.txt", std::string(70000, 'a'));
  EXPECT_NE(refusal([&] { tandem::alt_beside(scratch.path("long.png")); }), "");
}

TEST(PictureWords, TablesFindPicturesByPathThenByName) {
  const ScratchFolder scratch;
  const auto table = PictureTable::read(
      scratch.write(
          "t.csv",
          "\xef\xbb\xbfPath,Author,License\nsub/moon.jpg,\"A, B\",CC BY\r\nother/moon.jpg,C\n"
          "/abs/sun.png,\"two\nlines\",x\n,nobody,\n"),
      {"credit", "licence"});
  EXPECT_EQ(table.cell(scratch.path("sub/moon.jpg"), "credit"), "A, B");
  EXPECT_EQ(table.cell(scratch.path("sub/../sub/moon.jpg"), "licence"), "CC BY");
  EXPECT_EQ(table.cell(scratch.path("other/moon.jpg"), "credit"), "C");
  EXPECT_EQ(table.cell(scratch.path("other/moon.jpg"), "licence"), "");
  EXPECT_EQ(table.cell("/elsewhere/moon.jpg", "credit"), "");  // two have that name
  EXPECT_EQ(table.cell("/elsewhere/sun.png", "credit"), "two lines");
  EXPECT_EQ(table.cell("/elsewhere/sun.jpg", "credit"), "two lines");
  EXPECT_EQ(table.cell("/elsewhere/tree.png", "credit"), "");
}

TEST(PictureWords, TabsSeparateToo) {
  const ScratchFolder scratch;
  const auto table = PictureTable::read(
      scratch.write("t.tsv", "key\tsource\torigin\nv_1\topenstax\tbook/a, b.jpg\n"), {"origin"});
  EXPECT_EQ(table.cell("v_1", "origin"), "book/a, b.jpg");
  EXPECT_EQ(table.cell("/x/v_1.webp", "origin"), "book/a, b.jpg");
}

TEST(PictureWords, TablesWithoutTheirColumnsAreRefused) {
  const ScratchFolder scratch;
  for (const char* text : {"", "a,b\n1,2\n", "path\nx.png\n", "credit\nme\n"}) {
    const auto path = scratch.write("t.csv", text);
    EXPECT_EQ(refusal([&] {
                PictureTable::read(path, {"credit", "licence"});
              }),
              path +
                  ": its first line must name a column path and a column credit or licence; add "
                  "the names of the columns");
  }
  EXPECT_NE(refusal([&] { PictureTable::read(scratch.path("none.csv"), {"alt"}); }), "");
}

}  // namespace
