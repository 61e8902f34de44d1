// What people write for filters.
#include "search/filter_words.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"

namespace tandem_test {
namespace {

using namespace tandem;

TEST(FilterWords, DatesBeginWhereTheySay) {
  EXPECT_EQ(parse_date("1970"), 0);
  EXPECT_EQ(parse_date("1970-01-02"), 86400);
  EXPECT_EQ(parse_date("2000-03"), 951868800);
  EXPECT_EQ(parse_date("2023-05-01T18:30"), 1682965800);
  EXPECT_EQ(parse_date("1969-12-31"), -86400);
  for (const char* wrong : {"", "yesterday", "2023-13", "2023-02-30", "2023-05-01T25:00", "23",
                            "2023-05-01T18:30:00extra", "2023-1-1-1"})
    EXPECT_NE(refusal([&] { parse_date(wrong); }), "") << wrong;
}

TEST(FilterWords, SizesHaveUnits) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("1500000"), 1500000);
  EXPECT_EQ(parse_bytes("500k"), 500000);
  EXPECT_EQ(parse_bytes("2MB"), 2000000);
  EXPECT_EQ(parse_bytes("1.5GiB"), 1610612736);
  for (const char* wrong : {"", "MB", "2 MB", "-1", "1e9", "2XB", "99999999999G", "1.2.3"})
    EXPECT_NE(refusal([&] { parse_bytes(wrong); }), "") << wrong;
}

TEST(FilterWords, PlacesAreThreeNumbers) {
  const auto near = parse_near("-48.2,16.37,10.5");
  EXPECT_EQ(near.latitude, -48.2);
  EXPECT_EQ(near.longitude, 16.37);
  EXPECT_EQ(near.kilometres, 10.5);
  for (const char* wrong :
       {"", "48.2,16.37", "91,0,1", "0,181,1", "0,0,-1", "a,b,c", "1,2,3,4", "nan,0,1"})
    EXPECT_NE(refusal([&] { parse_near(wrong); }), "") << wrong;
}

TEST(FilterWords, GlobsMayBeginAtAnyFolder) {
  EXPECT_EQ(whole_path_glob("/home/*"), "/home/*");
  EXPECT_EQ(whole_path_glob("*.jpg"), "*.jpg");
  EXPECT_EQ(whole_path_glob("2023/*.jpg"), "*/2023/*.jpg");
}

}  // namespace
}  // namespace tandem_test
