#include "verify/pixels_stage.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "golden_folder.h"
#include "tandem/error.h"

namespace tandem {
namespace {

std::vector<VerifyLine> lines_of(const std::string& folder, const Json& case_json) {
  std::vector<VerifyLine> lines;
  verify_pixels(folder, case_json, [&](const VerifyLine& line) { lines.push_back(line); });
  return lines;
}

void expect_all_ok(const std::string& path, size_t items) {
  const std::vector<VerifyLine> lines = lines_of(path, read_json(path + "/case.json"));
  EXPECT_GE(lines.size(), items);
  for (const VerifyLine& line : lines) {
    EXPECT_TRUE(line.ok) << line.tensor << ": " << line.detail << " (max " << line.max_abs << ")";
  }
}

TEST(PixelsStage, ResizeIsPillows) {
  TANDEM_GOLDEN(path, "pixels/resize");
  expect_all_ok(path, 100);
}

TEST(PixelsStage, OpenaiPreprocessing) {
  TANDEM_GOLDEN(path, "pixels/openai_preprocess");
  expect_all_ok(path, 20);
}

TEST(PixelsStage, OpenClipPreprocessing) {
  TANDEM_GOLDEN(path, "pixels/open_clip_preprocess");
  expect_all_ok(path, 20);
}

// One item of the case, changed so that Tandem must disagree with it.
TEST(PixelsStage, ADifferenceIsNamed) {
  TANDEM_GOLDEN(path, "pixels/resize");
  Json case_json = read_json(path + "/case.json");
  Json item = case_json.at("items").at(1);
  ASSERT_EQ(item.at("filter"), "BOX");
  item["filter"] = "LANCZOS";
  case_json["items"] = Json::array({item});
  const std::vector<VerifyLine> lines = lines_of(path, case_json);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_FALSE(lines[0].ok);
  EXPECT_EQ(lines[0].tensor, "l_noise.64x50.box.pixels");
  EXPECT_GT(lines[0].max_abs, 0);
  EXPECT_NE(lines[0].detail.find("first differs at x "), std::string::npos) << lines[0].detail;
}

TEST(PixelsStage, AnExpectedRefusalThatDoesNotComeFails) {
  TANDEM_GOLDEN(path, "pixels/resize");
  Json case_json = read_json(path + "/case.json");
  Json item = case_json.at("items").at(1);
  item["expect"] = nullptr;
  item["error"] = {{"type", "ValueError"}, {"message", "no"}};
  case_json["items"] = Json::array({item});
  EXPECT_FALSE(lines_of(path, case_json).at(0).ok);
  item["size"] = {0, 5};
  case_json["items"] = Json::array({item});
  const VerifyLine refused = lines_of(path, case_json).at(0);
  EXPECT_TRUE(refused.ok);
  EXPECT_EQ(refused.tensor, "l_noise.png.[0,5].error");
}

TEST(PixelsStage, AnUnknownKindIsRefused) {
  const Json case_json = {{"kind", "sculpture"}, {"items", Json::array()}};
  EXPECT_THROW(lines_of("somewhere", case_json), Error);
}

}  // namespace
}  // namespace tandem
