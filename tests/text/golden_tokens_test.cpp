// The golden cases of the stage `tokens`, judged as `tandem verify` judges them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "golden_folder.h"
#include "verify/tokens_stage.h"

namespace tandem {
namespace {

void expect_all_ok(const std::string& folder) {
  size_t lines = 0;
  verify_tokens(folder, read_json(folder + "/case.json"), [&](const VerifyLine& line) {
    ++lines;
    EXPECT_TRUE(line.ok) << line.layout << " " << line.tensor << ": " << line.max_abs << " differ; "
                         << line.detail;
  });
  EXPECT_GT(lines, 0u);
}

TEST(GoldenTokens, OpenAi) {
  TANDEM_GOLDEN(folder, "tokens/openai_bpe");
  expect_all_ok(folder);
}

TEST(GoldenTokens, OpenClip) {
  TANDEM_GOLDEN(folder, "tokens/open_clip_bpe");
  expect_all_ok(folder);
}

TEST(GoldenTokens, HuggingFace) {
  TANDEM_GOLDEN(folder, "tokens/hf_layout");
  expect_all_ok(folder);
}

}  // namespace
}  // namespace tandem
