#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "golden_folder.h"

using namespace tandem;

namespace {

// Every tensor of the case whose name begins with "resized." against the opened weights.
void expect_resized(const std::string& folder) {
  const auto checkpoint = open_checkpoint(folder + "/open_clip");
  const auto arrays = read_safetensors(folder + "/arrays.safetensors");
  int compared = 0;
  const Json golden = read_json(folder + "/case.json");
  for (const char* list : {"expect", "taps"})
    for (const auto& item : golden.at(list)) {
      const auto name = item.at("tensor").get<std::string>();
      if (!name.starts_with("resized.")) continue;
      const bool text = name.starts_with("resized.text.");
      const auto* mine = checkpoint.weights.find(name.substr(text ? 13 : 8));
      ASSERT_NE(mine, nullptr) << name;
      const auto expected = to_double(*arrays.find(name)), found = to_double(*mine);
      ASSERT_EQ(found.size(), expected.size());
      for (size_t i = 0; i < found.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], item.at("max_abs").get<double>()) << name << " " << i;
      ++compared;
    }
  EXPECT_EQ(compared, 2);
  EXPECT_EQ(checkpoint.resized.size(), 2u);
}

}  // namespace

TEST(OpenClipLayout, OpensEveryGoldenFolder) {
  TANDEM_GOLDEN(first, "open_clip/gelu_clip");
  int opened = 0;
  for (const auto& entry : std::filesystem::directory_iterator(first + "/..")) {
    const auto folder = entry.path() / "open_clip";
    if (!std::filesystem::exists(folder / "open_clip_config.json")) continue;
    const auto checkpoint = open_checkpoint(folder.string());
    EXPECT_EQ(checkpoint.weights_dtype, "F32");
    ++opened;
  }
  EXPECT_GT(opened, 15);
}

TEST(OpenClipLayout, ResizesPositionTablesAsTorchDoes) {
  TANDEM_GOLDEN(down, "open_clip/pos_embed_resize_down");
  expect_resized(down);
  TANDEM_GOLDEN(up, "open_clip/pos_embed_resize_up");
  expect_resized(up);
}
