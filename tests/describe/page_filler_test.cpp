#include "describe/page_filler.h"

#include <gtest/gtest.h>

#include "base/fail.h"
#include "base/scratch_folder.h"
#include "describe/describe_report.h"
#include "image/decode.h"

namespace tandem {
namespace {

using tandem_test::ScratchFolder;

class FillPage : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.jpg", "b.jpg", "bad.jpg", "refused.jpg"}) folder_.write(name, "x");
  }

  /// A describer that answers by the file's name.
  FilledPage fill(const std::string& html) {
    return fill_page(html, {folder_.path("page.html"), ""},
                     [this](const std::string& path, std::optional<PictureRole> role) {
                       ++calls_;
                       if (path.ends_with("bad.jpg"))
                         fail(ErrorKind::bad_input, "{}: is no picture", path);
                       Proposal proposal;
                       proposal.role = role.value_or(PictureRole::informative);
                       proposal.role_assumed = !role;
                       proposal.confidence = 0.625;
                       if (role) {
                         proposal.seen = "A door.";
                       } else if (!path.ends_with("refused.jpg")) {
                         proposal.alt = "A \"caf\xc3\xa9\" & <sea>.";
                       }
                       proposal.confirm = "check";
                       return proposal;
                     });
  }

  ScratchFolder folder_;
  int calls_ = 0;
};

constexpr const char* kFilled =
    " alt=\"A &quot;caf&#233;&quot; &amp; &lt;sea&gt;.\" data-alt-source=\"machine\" "
    "data-alt-confidence=\"0.62\"";

TEST_F(FillPage, OnlyMissingAltsAreFilledAndEveryOtherByteStays) {
  using namespace std::string_literals;
  const std::string page =
      "\xef\xbb\xbf<!DOCTYPE html>\r\n<P CLASS=x >\n<img src=a.jpg><img  SRC='b.jpg' alt=''>"
      "<IMG\nsrc=\"a.jpg\"/>\x00\xff<b><i>wrong</b></i><img src=b.jpg alt='Mine'>\n<!--<img "
      "src=a.jpg>-->"
      "</p"s;
  const auto filled = fill(page);
  std::string expected = page;
  const size_t second = page.find("<IMG") + 4;
  expected.insert(second, kFilled);
  expected.insert(page.find("<img") + 4, kFilled);
  EXPECT_EQ(filled.html, expected);
  EXPECT_EQ(filled.by_author, 2u);
  ASSERT_EQ(filled.images.size(), 2u);
  EXPECT_EQ(filled.images[1].line, 3u);
  EXPECT_EQ(calls_, 1);  // one file, asked about once
  // What was filled is the author's, seen from the next run.
  const auto again = fill(filled.html);
  EXPECT_EQ(again.html, filled.html);
  EXPECT_TRUE(again.images.empty());
}

TEST_F(FillPage, LinksAreListedWithTheirDestinationAndNotFilled) {
  const std::string page =
      "<a href=home.html><img src=a.jpg></a><input type=image src=b.jpg>"
      "<map><area href=north.html></map>";
  const auto filled = fill(page);
  EXPECT_EQ(filled.html, page);
  ASSERT_EQ(filled.images.size(), 3u);
  EXPECT_EQ(filled.images[0].destination, "home.html");
  EXPECT_EQ(filled.images[0].proposal->seen, "A door.");
  EXPECT_EQ(filled.images[0].proposal->role, PictureRole::functional);
  EXPECT_FALSE(filled.images[1].filled);
  EXPECT_EQ(filled.images[2].destination, "north.html");
  EXPECT_EQ(filled.images[2].proposal->role, PictureRole::functional);
}

TEST_F(FillPage, DecorationThatThePageMarksGetsAnEmptyAlt) {
  const auto filled = fill("<img role=presentation src=https://example.org/line.gif>");
  EXPECT_EQ(filled.html,
            "<img alt=\"\" data-alt-source=\"machine\" role=presentation "
            "src=https://example.org/line.gif>");
  EXPECT_EQ(calls_, 0);
}

TEST_F(FillPage, WhatFailsIsNamedAndTheRestIsDone) {
  const std::string page =
      "<img src=bad.jpg><img src=none.jpg><img src=refused.jpg><img src=//x/y.jpg>"
      "<img src=data:x><img src=../../etc/passwd><img><img src=a.jpg>";
  const auto filled = fill(page);
  std::string expected = page;
  expected.insert(page.rfind("<img") + 4, kFilled);
  EXPECT_EQ(filled.html, expected);
  ASSERT_EQ(filled.images.size(), 8u);
  EXPECT_NE(filled.images[0].error.find("is no picture"), std::string::npos);
  EXPECT_EQ(filled.images[1].error, "none.jpg: is not there");
  EXPECT_EQ(filled.images[2].error, "");
  EXPECT_FALSE(filled.images[2].filled);
  EXPECT_TRUE(filled.images[3].is_elsewhere);
  EXPECT_TRUE(filled.images[4].is_elsewhere);
  EXPECT_NE(filled.images[5].error.find("outside"), std::string::npos);
  EXPECT_FALSE(filled.images[5].is_elsewhere);
  EXPECT_EQ(filled.images[6].error, "an image: names no file");
  EXPECT_TRUE(filled.images[7].filled);
}

TEST_F(FillPage, ALatePicturesTrueFileIsTaken) {
  const auto filled = fill("<img src='data:image/gif;base64,R0lG' data-src='a.jpg'>");
  ASSERT_EQ(filled.images.size(), 1u);
  EXPECT_EQ(filled.images[0].name, "a.jpg");
  EXPECT_TRUE(filled.images[0].filled);
}

TEST_F(FillPage, AFiguresCaptionIsNotToBeRepeated) {
  const auto filled = fill("<figure><img src=a.jpg><figcaption>The sea</figcaption></figure>");
  EXPECT_EQ(filled.images[0].caption, "The sea");
  EXPECT_NE(filled.images[0].proposal->confirm.find("caption"), std::string::npos);
}

TEST_F(FillPage, TheReportShowsWhatIsOpenFirstAndLeaksNoMarkup) {
  const auto filled = fill("<img src=a.jpg><img src=refused.jpg><img src='<script>.jpg'>");
  const std::string report = describe_report("Page <1>", filled.images);
  EXPECT_NE(report.find("Page &lt;1&gt;"), std::string::npos);
  EXPECT_EQ(report.find("<script>"), std::string::npos);
  EXPECT_LT(report.find("refused.jpg"), report.find("a.jpg</dd>"));
  EXPECT_NE(report.find("2 of 3 pictures need a text by a person"), std::string::npos);
  EXPECT_NE(report.find("data-alt-source=\"machine\""), std::string::npos);
}

TEST_F(FillPage, TheReportSaysSoWhereNothingIsOpen) {
  const std::string report = describe_report("Done", {});
  EXPECT_NE(report.find("No picture waits for a text."), std::string::npos);
  EXPECT_EQ(report.find("0 of 0"), std::string::npos);
}

TEST_F(FillPage, TheReportsPicturesOpenTheirFiles) {
  const auto png = encode_png({2, 1, {255, 0, 0, 0, 255, 0}});
  folder_.write("real.png", {reinterpret_cast<const char*>(png.data()), png.size()});
  const std::string report = describe_report("One", fill("<img src=real.png>").images);
  EXPECT_NE(report.find("0 of 1 picture needs a text"), std::string::npos);
  EXPECT_NE(report.find("/real.png\"><img"), std::string::npos);
  EXPECT_NE(report.find("alt=\"open real.png\""), std::string::npos);
}

}  // namespace
}  // namespace tandem
