// The gallery page holds hostile names and missing pictures.
#include "search/gallery.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "image/decode.h"

namespace tandem_test {
namespace {

using namespace tandem;

Finding finding_of(const std::string& path, int rank) {
  return {.id = rank, .path = path, .cosine = 0.25, .confidence = 0.871, .rank = rank};
}

TEST(Gallery, HostileNamesAreText) {
  const ScratchFolder folder;
  const auto png = encode_png({.width = 2, .height = 1, .pixels = {255, 0, 0, 0, 0, 255}});
  const std::string name = "\"><script>alert(1)</script>&'\n\xff.png";
  const std::string hostile = folder.path("x<b>") + name;
  folder.write("x<b>" + std::string("plain.png"), "");
  std::vector<std::string> faults;
  const std::string path =
      folder.write("<img src=x onerror=alert(1)>\".png",
                   std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
  const std::string page =
      gallery_page({finding_of(path, 1), finding_of(hostile, 2)},
                   {.title = "</title><script>bad</script>",
                    .lead = "<b>lead</b>",
                    .on_bad = [&](const std::string& fault) { faults.push_back(fault); }});
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<script>bad"), std::string::npos);
  EXPECT_EQ(page.find("<img src=x"), std::string::npos);
  EXPECT_EQ(page.find("<b>lead"), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_NE(page.find("data:image/jpeg;base64,"), std::string::npos);
  EXPECT_NE(page.find("87% sure<span class=\"soft\">, cosine 0.250"), std::string::npos);
  EXPECT_NE(page.find("no preview"), std::string::npos);
  ASSERT_EQ(faults.size(), 1u);  // what is not there
}

TEST(Gallery, SaysSoWhereNothingFits) {
  const std::string page = gallery_page({}, {.title = "a unicorn", .lead = "no good match."});
  EXPECT_NE(page.find("No picture fits."), std::string::npos);
  EXPECT_EQ(page.find("<ol"), std::string::npos);
}

TEST(Gallery, FoldersAreSaidWhereTheyDiffer) {
  const auto page_of = [](const std::string& second) {
    return gallery_page({finding_of("/p/2023 <sea>/1.jpg", 1), finding_of(second, 2)},
                        {.title = "t"});
  };
  EXPECT_NE(page_of("/p/2024/1.jpg").find("<span class=\"soft\">2023 &lt;sea&gt;</span>"),
            std::string::npos);
  EXPECT_EQ(page_of("/p/2023 <sea>/2.jpg").find("<span class=\"soft\">2023"), std::string::npos);
}

TEST(Gallery, ShowsThePicturesThatWereAskedWith) {
  const ScratchFolder folder;
  const auto png = encode_png({.width = 2, .height = 1, .pixels = {255, 0, 0, 0, 0, 255}});
  const std::string asked = folder.write(
      "asked.png", std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
  const std::string page = gallery_page({}, {.title = "like asked.png", .images = {asked}});
  EXPECT_LT(page.find("alt=\"a picture that was asked with\""), page.find("<main>"));
}

TEST(Gallery, NeedsNothingFromElsewhere) {
  const std::string page = gallery_page({finding_of("/not/there.jpg", 1)}, {.title = "t"});
  for (const char* elsewhere : {"http://", "https://", "<link", "@import", "src=\"/"})
    EXPECT_EQ(page.find(elsewhere), std::string::npos) << elsewhere;
  EXPECT_NE(page.find("file:///not/there.jpg"), std::string::npos);
}

}  // namespace
}  // namespace tandem_test
