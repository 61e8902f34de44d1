#include "describe/page_images.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "describe/image_address.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;
using Addresses = std::vector<std::string>;

PageImage only_image(const std::string& html) {
  const auto page = find_page_images(html, "page.html");
  EXPECT_EQ(page.images.size(), 1u) << html;
  return page.images.empty() ? PageImage{} : page.images[0];
}

TEST(PageImages, AttributesGoBehindTheTagsName) {
  for (const std::string& html :
       {std::string("<p>\r\n<IMG\tsrc=a.jpg>"), std::string("\xef\xbb\xbf<p>\n<img/src=a.jpg />"),
        std::string("x\xff\xfe\n<img src='a.jpg'"
                    ">"),
        std::string("<table>\n<img src=a.jpg><tr>"), std::string("<p>\n<image src=a.jpg>"),
        std::string("<p>\n</></><img src=a.jpg>")}) {
    const auto image = only_image(html);
    EXPECT_EQ(image.addresses, Addresses{"a.jpg"}) << html;
    const auto begin = std::min(html.find("<i"), html.find("<IMG"));
    EXPECT_EQ(image.insert_at, html.find_first_of("\t/ ", begin)) << html;
    EXPECT_EQ(image.line, 2u) << html;
  }
}

TEST(PageImages, WhatIsNoElementIsNotFound) {
  for (const char* html :
       {"<!-- <img src=a> -->", "<script>'<img src=a>'</script>", "<style><img src=a></style>",
        "<textarea><img src=a></textarea>", "<p title='<img src=a>'>", "<img src=a", "",
        "<svg><image href=a></svg>"})
    EXPECT_TRUE(find_page_images(html, "page").images.empty()) << html;
}

TEST(PageImages, TheAuthorsChoiceIsSeen) {
  EXPECT_TRUE(only_image("<img src=a alt>").has_alt);
  EXPECT_TRUE(only_image("<img src=a ALT=''>").has_alt);
  EXPECT_FALSE(only_image("<img src=a data-alt=x>").has_alt);
  EXPECT_TRUE(only_image("<img src=a aria-label='A cat'>").is_named);
  EXPECT_FALSE(only_image("<img src=a title=' '>").is_named);
  EXPECT_TRUE(only_image("<img src=a role=presentation>").is_decoration);
  EXPECT_TRUE(only_image("<img src=a aria-hidden=true>").is_decoration);
}

TEST(PageImages, LinksAndButtonsAreFunctional) {
  const auto link = only_image("<a href='/home&amp;x'><span><img src=a></span></a>");
  EXPECT_TRUE(link.is_functional);
  EXPECT_EQ(link.destination, "/home&x");
  EXPECT_FALSE(only_image("<a name=x><img src=a></a>").is_functional);
  EXPECT_FALSE(only_image("<a href=x>text</a><img src=a>").is_functional);
  EXPECT_TRUE(only_image("<button><img src=a></button>").is_functional);
  EXPECT_TRUE(only_image("<img src=a onclick='go()'>").is_functional);
  EXPECT_TRUE(only_image("<input type=IMAGE src=a>").is_functional);
  EXPECT_EQ(only_image("<map><area href=there></map>").destination, "there");
}

TEST(PageImages, LateAndResponsivePicturesHaveTheirAddresses) {
  EXPECT_EQ(only_image("<img src='data:image/gif;base64,R0' data-src=true.jpg>").addresses[0],
            "true.jpg");
  EXPECT_EQ(only_image("<img srcset='a.jpg 320w, b.jpg 640w'>").addresses, Addresses{"b.jpg"});
  EXPECT_EQ(only_image("<picture><source srcset='w.webp 1x, v.webp 2x'><img></picture>").addresses,
            Addresses{"v.webp"});
  EXPECT_EQ(only_image("<figure><img src=a><figcaption>A <b>large</b>\n cat</figcaption></figure>")
                .caption,
            "A large cat");
  EXPECT_EQ(find_page_images("<noscript><img src=a></noscript>", "page").images.size(), 1u);
  EXPECT_EQ(find_page_images("<template><img src=a></template>", "page").images.size(), 1u);
}

TEST(PageImages, SrcsetsAreReadAsBrowsersDo) {
  EXPECT_EQ(largest_of_srcset("a,b.jpg 2x,c.jpg"), "a,b.jpg");  // a comma inside a URL
  EXPECT_EQ(largest_of_srcset(" , a.jpg, b.jpg 1.5x"), "b.jpg");
  EXPECT_EQ(largest_of_srcset("a.jpg nanx, b.jpg"), "a.jpg");
  EXPECT_EQ(largest_of_srcset(" , ,"), "");
}

TEST(PageImages, HostilePagesEndInTime) {
  std::string deep;
  for (int i = 0; i < 20000; ++i) deep += "<i><b>";
  EXPECT_EQ(find_page_images(deep + "<img src=a>", "page").images.size(), 1u);
  EXPECT_NE(refusal([] { find_page_images("\xff\xfe<", "page"); }).find("UTF-16"),
            std::string::npos);
  EXPECT_NE(refusal([] { find_page_images(std::string((size_t{32} << 20) + 1, ' '), "page"); }),
            "");
}

class ImageAddress : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_.path("site/sub dir"));
    folder_.write("site/a b.jpg", "x");
    folder_.write("site/sub dir/c?.jpg", "x");
    folder_.write("secret.jpg", "x");
    std::filesystem::create_symlink("../secret.jpg", folder_.path("site/link.jpg"));
    place_ = {folder_.path("site/page.html"), "", ""};
  }
  /// The file relative to the folder, or why there is none.
  std::string found(const std::string& address) const {
    const auto image = find_image(address, place_);
    return image.path.empty() ? image.why_not
                              : std::filesystem::relative(image.path, folder_.path("")).string();
  }

  ScratchFolder folder_;
  PageFolder place_;
};

TEST_F(ImageAddress, RelativeOnesAreBesideThePage) {
  EXPECT_EQ(found("a%20b.jpg"), "site/a b.jpg");
  EXPECT_EQ(found(" a b.jpg?v=3#x\n"), "site/a b.jpg");
  EXPECT_EQ(found("./sub%20dir/../a%20b.jpg"), "site/a b.jpg");
  EXPECT_EQ(found("sub dir\\c%3f.jpg"), "site/sub dir/c?.jpg");
  place_.base = "sub%20dir/x.html";
  EXPECT_EQ(found("c%3F.jpg"), "site/sub dir/c?.jpg");
}

TEST_F(ImageAddress, NothingOutsideTheFolderIsRead) {
  for (const char* address : {"../secret.jpg", "%2e%2e/secret.jpg", "..%2Fsecret.jpg",
                              "..\\secret.jpg", "link.jpg", "sub dir/../../secret.jpg"})
    EXPECT_NE(found(address).find("lies outside"), std::string::npos) << address;
  place_.root = folder_.path("");
  EXPECT_EQ(found("../secret.jpg"), "secret.jpg");
  EXPECT_EQ(found("/site/a%20b.jpg"), "site/a b.jpg");
  EXPECT_NE(found("/../etc/passwd").find("lies outside"), std::string::npos);
}

TEST_F(ImageAddress, OthersAreNamedNotFetched) {
  EXPECT_TRUE(find_image("https://example.org/a.jpg", place_).is_elsewhere);
  EXPECT_TRUE(find_image("//example.org/a.jpg", place_).is_elsewhere);
  EXPECT_TRUE(find_image("\\\\example.org/a.jpg", place_).is_elsewhere);
  EXPECT_TRUE(find_image("ht\ntps://example.org/a.jpg", place_).is_elsewhere);
  EXPECT_TRUE(find_image("data:image/png;base64,AA", place_).is_elsewhere);
  EXPECT_NE(found("file:///etc/passwd").find("scheme file:"), std::string::npos);
  EXPECT_NE(found("/a.jpg").find("--root"), std::string::npos);
  EXPECT_EQ(found("no.jpg"), "is not there");
  EXPECT_EQ(found("sub%20dir"), "is no plain file");
  EXPECT_EQ(found(""), "names no file");
  EXPECT_NE(found("a%00.jpg").find("zero byte"), std::string::npos);
  EXPECT_EQ(found(std::string(10000, 'x')), "is not there");
  place_.base = "https://example.org/";
  EXPECT_TRUE(find_image("a%20b.jpg", place_).is_elsewhere);
}

}  // namespace
}  // namespace tandem
