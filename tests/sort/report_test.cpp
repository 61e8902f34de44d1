#include "sort/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/scratch_folder.h"
#include "data/csv.h"
#include "image/decode.h"
#include "sort/small_taxonomy.h"
#include "sort/tables.h"

namespace tandem {
namespace {

using tandem_test::encoder;
using tandem_test::ScratchFolder;
using tandem_test::taxonomy_of;
using tandem_test::unit;

constexpr const char* kPets = R"(
[[category]]
name = "dogs & <b>wolves</b>"
descriptions = "dog"
[[category]]
name = "cats, \"tame\""
descriptions = "cat"
)";

Sorter pets() {
  Taxonomy taxonomy = taxonomy_of(kPets);
  CategoryLogits logits(taxonomy, 10, encoder({{"dog", {1, 0, 0}}, {"cat", {0, 1, 0}}}, 3));
  return Sorter(std::move(taxonomy), std::move(logits));
}

std::string png(const ScratchFolder& folder, const std::string& name) {
  const auto bytes = encode_png({2, 1, {255, 0, 0, 0, 255, 0}});
  return folder.write(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

TEST(Report, UncertainPicturesComeFirst) {
  const Sorter sorter = pets();
  const std::vector<SortedPicture> pictures = {sorter.sort("sure", unit({1, 0, 0})),
                                               sorter.sort("torn", unit({1, 0.99f, 0})),
                                               sorter.sort("fair", unit({1, 0.8f, 0}))};
  EXPECT_EQ(most_uncertain(pictures, 2), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(most_uncertain(pictures, 9).size(), 3u);
}

TEST(Report, StandsAloneAndEscapesNames) {
  const ScratchFolder folder;
  const Sorter sorter = pets();
  const std::vector<SortedPicture> pictures = {
      sorter.sort(png(folder, "<script>alert(1)<\\script>\"'.png"), unit({1, 0, 0})),
      sorter.sort(png(folder, "caf\xe9.png"), unit({0, 0, 1})),
      sorter.sort(folder.write("broken.png", "no picture"), unit({0, 1, 0}))};
  std::vector<std::string> bad;
  const std::string html = sort_report(
      pictures, sorter, {.on_bad = [&](const std::string& said) { bad.push_back(said); }});
  EXPECT_EQ(bad.size(), 1u);
  EXPECT_EQ(html.find("<script>alert"), std::string::npos);
  EXPECT_EQ(html.find("<b>wolves</b>"), std::string::npos);
  EXPECT_NE(html.find("dogs &amp; &lt;b&gt;wolves"), std::string::npos);
  EXPECT_NE(html.find("cats, &quot;tame&quot;"), std::string::npos);
  EXPECT_NE(html.find("data:image/jpeg;base64,"), std::string::npos);
  EXPECT_NE(html.find("cannot be shown"), std::string::npos);
  EXPECT_NE(html.find("3 pictures sorted into 2 categories; 1 fits none of these."),
            std::string::npos);
  EXPECT_EQ(html.find("src=\"http"), std::string::npos) << "nothing comes from elsewhere";
  EXPECT_EQ(html.find("<link"), std::string::npos);
}

TEST(Report, EveryPictureAndListHasALabel) {
  const ScratchFolder folder;
  const Sorter sorter = pets();
  const std::vector<SortedPicture> pictures = {sorter.sort(png(folder, "a.png"), unit({1, 0, 0}))};
  const std::string html = sort_report(pictures, sorter);
  EXPECT_NE(html.find("alt=\"\"><span class=\"name\">a.png</span></a>"), std::string::npos)
      << "the link's text is the picture's name";
  EXPECT_NE(html.find("<ul class=\"chips\" aria-label=\"category\">"), std::string::npos);
  EXPECT_NE(html.find("role=\"group\" aria-label=\"show only\""), std::string::npos);
  EXPECT_NE(html.find("aria-pressed"), std::string::npos);
  EXPECT_NE(html.find("role=\"status\""), std::string::npos);
  EXPECT_NE(html.find("<label>name <input"), std::string::npos);
}

TEST(Report, LinksHoldWhereverTheReportLies) {
  const Sorter sorter = pets();
  const std::string html =
      sort_report(std::vector{sorter.sort("in/gone.png", unit({1, 0, 0}))}, sorter);
  EXPECT_NE(html.find("href=\"file:///"), std::string::npos);
  EXPECT_NE(html.find("/in/gone.png\" title=\"in/gone.png\""), std::string::npos);
}

TEST(Report, NoneOfTheseIsSaidOnce) {
  const Sorter sorter = pets();
  const std::string html = sort_report(std::vector{sorter.sort("a.png", unit({0, 0, 1}))}, sorter);
  const size_t chip = html.find("<li class=\"chip none\">none of these");
  ASSERT_NE(chip, std::string::npos);
  EXPECT_EQ(html.find("none of these", chip + 36), std::string::npos);
}

TEST(Report, SaysSoWhereNothingWasSorted) {
  const std::string html = sort_report({}, pets());
  EXPECT_NE(html.find("No picture was sorted."), std::string::npos);
  EXPECT_EQ(html.find("<ul class=\"grid\""), std::string::npos);
}

TEST(Report, SingleKeysCanBeTurnedOff) {  // WCAG 2.1.4
  EXPECT_NE(sort_report({}, pets()).find("<input type=\"checkbox\" id=\"keys\" checked>"),
            std::string::npos);
}

TEST(Tables, HostileNamesStayInTheirCell) {
  const Sorter sorter = pets();
  const std::string rows = csv_rows(sorter.sort("=1+2,\"x\"\n.jpg", unit({0, 1, 0})), sorter);
  CsvRowFinder finder(',');
  size_t ends = 0;
  for (const char c : rows) ends += finder.ends_row(c);
  EXPECT_EQ(ends, 1u);
  const auto cells = parse_csv_row(rows, ',');
  ASSERT_EQ(cells.size(), 5u);
  EXPECT_EQ(cells[0], "./=1+2,\"x\"\n.jpg") << "the same file, and no formula";
  EXPECT_EQ(cells[2], "cats, \"tame\"");
}

TEST(Tables, ARowWithoutACategoryIsNoneOfThese) {
  const Sorter sorter = pets();
  const auto cells = parse_csv_row(csv_rows(sorter.sort("a.jpg", unit({0, 0, 1})), sorter), ',');
  EXPECT_EQ(cells[1], "category");
  EXPECT_EQ(cells[2], "");
  EXPECT_EQ(cells[3], "");
}

TEST(Tables, JsonHasTheContractsKeys) {
  const Sorter sorter = pets();
  const auto line = sorted_json(sorter.sort("caf\xe9.jpg", unit({0, 1, 0})), sorter);
  EXPECT_EQ(line["categories"][0]["name"], "cats, \"tame\"");
  EXPECT_GT(line["categories"][0]["confidence"].get<double>(), 0.99);
  EXPECT_EQ(line["none_of_these"], false);
  EXPECT_EQ(line["path_hex"], "636166e92e6a7067");
  const auto none = sorted_json(sorter.sort("a.jpg", unit({0, 0, 1})), sorter);
  EXPECT_TRUE(none["categories"].empty());
  EXPECT_EQ(none["none_of_these"], true);
  EXPECT_FALSE(none.contains("path_hex"));
}

}  // namespace
}  // namespace tandem
