#include "checkpoint/inspect.h"

#include <gtest/gtest.h>

#include "golden_folder.h"
#include "model_copy.h"

using namespace tandem;
using namespace tandem_test;

TEST(Inspect, TellsWhatACheckpointIs) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  const auto report = inspect(golden + "/hf", true, {});
  EXPECT_EQ(report["layout"], "hf");
  EXPECT_EQ(report["dtype"], "F32");
  EXPECT_EQ(report["architecture"]["embed_dim"], 32);
  EXPECT_EQ(report["architecture"]["text"]["context_length"], 24);
  EXPECT_EQ(report["tokenizer"]["vocab_size"], 1514);
  EXPECT_EQ(report["tokenizer"]["cleaning"], "openai");
  EXPECT_TRUE(report["contradictions"].empty());
  EXPECT_FALSE(report["rules"].empty());
  int64_t counted = 0;
  for (const auto& tensor : report["tensors"])
    counted += element_count(tensor["shape"].get<Shape>());
  EXPECT_EQ(report["parameters"]["total"], counted);
  EXPECT_EQ(report["parameters"]["image"].get<int64_t>() +
                report["parameters"]["text"].get<int64_t>() + 1,
            counted);
}

TEST(Inspect, ABrokenFolderTellsWhatItCan) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  const ModelCopy model(golden + "/hf");
  model.set("config.json", "/vision_config/num_hidden_layers", 5);
  const auto report = inspect(model.path(), true, {});
  ASSERT_EQ(report["contradictions"].size(), 1u);
  EXPECT_NE(report["contradictions"][0].get<std::string>().find("5 layers"), std::string::npos);
  EXPECT_EQ(report["architecture"]["image"]["transformer"]["layers"], 5);
  EXPECT_EQ(report["dtype"], nullptr);

  model.write("config.json", "{");
  EXPECT_EQ(inspect(model.path(), false, {})["contradictions"].size(), 1u);
}

TEST(Inspect, ATokenizerThatDoesNotFitIsAContradiction) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  const ModelCopy model(golden + "/hf");
  Json vocab = read_json(model.file("vocab.json"));
  vocab["<|one_more|>"] = 1514;
  model.write("vocab.json", vocab.dump());
  const auto report = inspect(model.path(), false, {});
  ASSERT_EQ(report["contradictions"].size(), 1u);
  EXPECT_NE(report["contradictions"][0].get<std::string>().find("1515 tokens"), std::string::npos)
      << report["contradictions"];
}

TEST(Inspect, WhatIsNotThereIsAnError) {
  EXPECT_THROW(inspect("/nowhere/at/all", false, {}), Error);
}
