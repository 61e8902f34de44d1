#include "page/page.h"

#include <gtest/gtest.h>

#include <array>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "image/decode.h"
#include "image/resize.h"

namespace tandem {
namespace {

TEST(Page, TextCannotLeaveItsPlace) {
  EXPECT_EQ(escape_html("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  EXPECT_EQ(escape_html("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x88"),
            "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x88");
  EXPECT_EQ(escape_html("x\xff\x01y\nz"), "x\xef\xbf\xbd y\nz");
}

TEST(Page, AddressesKeepEveryByteOfAPath) {
  EXPECT_EQ(escape_url("/a b/\xff#?.jpg"), "file:///a%20b/%FF%23%3F.jpg");
  EXPECT_EQ(escape_url("figures/a-1_b.png"), "figures/a-1_b.png");
}

TEST(Page, LinksHoldWhereverThePageLies) {
  EXPECT_EQ(file_address("/a/./b/../c d.jpg"), "file:///a/c%20d.jpg");
  const std::string relative = file_address("c.jpg");
  EXPECT_TRUE(relative.starts_with("file:///")) << relative;
  EXPECT_TRUE(relative.ends_with("/c.jpg")) << relative;
}

TEST(Page, FoldersAreNamedBelowThoseThatAllShare) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(folders_below_shared({}), Names{});
  EXPECT_EQ(folders_below_shared({"/a/b/1.jpg", "/a/b/2.jpg"}), (Names{"", ""}));
  EXPECT_EQ(folders_below_shared({"/a/b/1.jpg", "/a/bc/d/2.jpg", "/a/3.jpg"}),
            (Names{"b", "bc/d", ""}));
  EXPECT_EQ(folders_below_shared({"b/1.jpg", "2.jpg"}), (Names{"b", ""}));
}

TEST(Page, PercentagesClaimNoCertainty) {
  EXPECT_EQ(percent_in_words(0), "0%");
  EXPECT_EQ(percent_in_words(0.004), "under 1%");
  EXPECT_EQ(percent_in_words(0.01), "1%");
  EXPECT_EQ(percent_in_words(0.871), "87%");
  EXPECT_EQ(percent_in_words(0.99), "99%");
  EXPECT_EQ(percent_in_words(0.996), "over 99%");
  EXPECT_EQ(percent_in_words(1), "100%");
}

TEST(Page, ABrowserIsToFetchNothingForIt) {
  const std::string html = to_html({.title = "x"});
  const size_t policy = html.find("content=\"default-src 'none'; img-src data:;");
  ASSERT_NE(policy, std::string::npos);
  EXPECT_LT(policy, html.find("<style>")) << "it holds for what comes after it";
}

TEST(Page, ThePageHoldsItsPartsInOrder) {
  const std::string html =
      to_html({.title = "A & B", .lead = "<p>lead</p>", .body = "<p>body</p>", .script = "let x;"});
  const size_t title = html.find("<title>A &amp; B</title>"), lead = html.find("<p>lead</p>"),
               body = html.find("<p>body</p>"), script = html.find("<script>\nlet x;</script>");
  EXPECT_LT(title, lead);
  EXPECT_LT(lead, body);
  EXPECT_LT(body, script);
  EXPECT_LT(script, html.size());
  EXPECT_EQ(to_html({.title = "x"}).find("<script"), std::string::npos);
}

/// The JPEG inside a data: URI.
std::string bytes_of(const std::string& uri) {
  const std::string head = "data:image/jpeg;base64,";
  EXPECT_TRUE(uri.starts_with(head));
  std::string bytes;
  uint32_t word = 0;
  int bits = 0;
  for (const char c : uri.substr(head.size())) {
    if (c == '=') break;
    static const std::string digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    word = word << 6 | static_cast<uint32_t>(digits.find(c));
    if ((bits += 6) >= 8) bytes += static_cast<char>(word >> (bits -= 8) & 255);
  }
  return bytes;
}

TEST(Thumbnail, IsASmallJpegOfThePicture) {
  const tandem_test::ScratchFolder folder;
  for (const auto& [width, height, expected_width, expected_height] :
       {std::array{400, 100, 80, 20}, std::array{30, 600, 4, 80}, std::array{31, 17, 31, 17}}) {
    RgbImage picture{width, height, {}};
    for (int i = 0; i < width * height; ++i)
      for (const uint8_t value : {200, 60, 30}) picture.pixels.push_back(value);
    const auto png = encode_png(picture);
    const std::string path = folder.path("picture.png");
    write_file(path, {reinterpret_cast<const char*>(png.data()), png.size()});
    const std::string jpeg = bytes_of(thumbnail(path, 80));
    const RgbImage small = to_rgb(decode_image(std::as_bytes(std::span(jpeg)), "thumbnail"));
    EXPECT_EQ(small.width, expected_width);
    EXPECT_EQ(small.height, expected_height);
    EXPECT_NEAR(small.pixels[0], 200, 4);
    EXPECT_NEAR(small.pixels[1], 60, 4);
  }
}

}  // namespace
}  // namespace tandem
