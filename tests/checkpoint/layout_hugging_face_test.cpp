#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "golden_folder.h"

using namespace tandem;

TEST(HuggingFaceLayout, OpensEveryGoldenFolder) {
  for (const char* path : {"towers/openai_vit", "towers/openai_vit_2heads"}) {
    TANDEM_GOLDEN(folder, path);
    const auto checkpoint = open_checkpoint(folder + "/hf");
    EXPECT_EQ(checkpoint.layout, Layout::hugging_face);
  }
}
