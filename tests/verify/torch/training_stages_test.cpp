// The stages loss and train on libtandem-torch.so: the golden cases pass, and a mistake does not.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "backend/torch_library.h"
#include "golden_folder.h"
#include "tandem/error.h"
#include "verify/verify.h"

namespace tandem {
namespace {

const VerifyOptions kTorch{.load = {.backend = "torch"}};

std::vector<VerifyLine> lines_of(const std::string& folder, const Json& case_json) {
  std::vector<VerifyLine> lines;
  const auto report = [&](const VerifyLine& line) { lines.push_back(line); };
  if (case_json.at("stage") == "loss")
    verify_loss(folder, case_json, kTorch, report);
  else
    verify_train(folder, case_json, kTorch, report);
  return lines;
}

bool is_out(const std::vector<VerifyLine>& lines, const std::string& tensor) {
  for (const auto& line : lines)
    if (line.tensor == tensor) return !line.ok;
  ADD_FAILURE() << "no line is about " << tensor;
  return false;
}

class TrainingStages : public testing::Test {
 protected:
  void SetUp() override {
#ifndef TANDEM_TORCH_IS_BUILT
    GTEST_SKIP() << "libtandem-torch.so is not built";
#endif
  }
};

TEST_F(TrainingStages, EveryTensorOfTheGoldenCases) {
  for (const std::string name :
       {"loss/infonce_n7", "loss/infonce_n300", "loss/sigmoid_ranks4", "loss/infonce_ranks2",
        "train/openai_vit", "train/siglip", "train/accumulation", "train/batchnorm_step"}) {
    TANDEM_GOLDEN(folder, name);
    const Json case_json = read_json(folder + "/case.json");
    size_t expected = case_json.at("expect").size();
    if (case_json.contains("newer_rule")) expected += case_json["newer_rule"].at("expect").size();
    const auto lines = lines_of(folder, case_json);
    EXPECT_GE(lines.size(), expected) << name;
    for (const auto& line : lines)
      EXPECT_TRUE(line.ok) << name << " " << line.tensor << " " << line.max_abs << " "
                           << line.detail;
  }
}

TEST_F(TrainingStages, AnotherOptimiserIsOut) {
  TANDEM_GOLDEN(folder, "train/openai_vit");
  Json case_json = read_json(folder + "/case.json");
  case_json["hyper"]["betas"][1] = 0.999;
  const auto lines = lines_of(folder, case_json);
  EXPECT_TRUE(is_out(lines, "losses"));
  EXPECT_TRUE(is_out(lines, "param.token_embedding.weight"));
  EXPECT_FALSE(is_out(lines, "learning_rates"));
  EXPECT_FALSE(is_out(lines, "grad.visual.proj"));
}

TEST_F(TrainingStages, AParameterOfTheWrongGroupIsNamed) {
  TANDEM_GOLDEN(folder, "train/siglip");
  Json case_json = read_json(folder + "/case.json");
  case_json["decay"].push_back("text.ln_final.weight");
  const auto lines = lines_of(folder, case_json);
  ASSERT_TRUE(is_out(lines, "decay"));
  EXPECT_FALSE(is_out(lines, "no_decay"));
  EXPECT_EQ(lines[0].detail, "ln_final.weight is missing");
}

TEST_F(TrainingStages, AnotherNumberOfRanksIsOut) {
  TANDEM_GOLDEN(folder, "loss/infonce_ranks2");
  Json case_json = read_json(folder + "/case.json");
  case_json["ranks"] = 4;
  EXPECT_TRUE(is_out(lines_of(folder, case_json), "local_with_grad.losses"));
  case_json["ranks"] = 3;
  EXPECT_THROW(lines_of(folder, case_json), Error);
}

TEST_F(TrainingStages, OtherBackendsSkipThem) {
  TANDEM_GOLDEN(folder, "loss/infonce_n7");
  std::vector<CaseLine> lines;
  verify_case(folder, {}, [&](const CaseLine& line) { lines.push_back(line); });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_FALSE(lines[0].line.skipped.empty());
}

TEST_F(TrainingStages, WhatTheLibraryLacksIsASentence) {
  try {
    torch_symbol("tandem_of_tomorrow");
    FAIL() << "a symbol of tomorrow was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find("libtorch-dev"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tandem
