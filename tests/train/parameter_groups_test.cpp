// Which parameters are trained, which decay, and how fast each learns.
#include "train/parameter_groups.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "backend/random_model.h"
#include "tandem/error.h"

namespace tandem_test {
namespace {

using namespace tandem;

ModelConfig model(const std::string& name) {
  for (const auto& known : random_models())
    if (known.name == name) return known.config;
  ADD_FAILURE() << "no random model is called " << name;
  return {};
}

std::map<std::string, ParameterRule> rules(const ModelConfig& config, const ModelSection& section,
                                           const OptimizerSection& optimizer = {}) {
  std::map<std::string, ParameterRule> by_name;
  for (const auto& rule : parameter_rules(config, section, optimizer)) by_name[rule.name] = rule;
  return by_name;
}

TEST(ParameterGroups, FollowTheTableAndTrainAllButStatistics) {
  for (const auto& known : random_models()) {
    const auto table = weight_table(known.config);
    const auto all = parameter_rules(known.config, {}, {});
    ASSERT_EQ(all.size(), table.size()) << known.name;
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].name, table[i].name);
      EXPECT_EQ(all[i].trained, table[i].role != WeightRole::statistic) << all[i].name;
      EXPECT_EQ(all[i].lr_factor, 1) << all[i].name;
    }
  }
}

TEST(ParameterGroups, DecayRules) {
  struct Case {
    const char *model, *name;
    bool published, newer;
  };
  const Case cases[] = {
      {"plain", "visual.proj", true, true},
      {"plain", "visual.conv1.weight", true, true},
      {"plain", "token_embedding.weight", true, true},
      {"plain", "text_projection", true, true},
      {"plain", "transformer.resblocks.0.mlp.c_fc.weight", true, true},
      {"plain", "positional_embedding", true, false},
      {"plain", "visual.positional_embedding", true, false},
      {"plain", "visual.class_embedding", false, false},
      {"plain", "logit_scale", false, false},
      {"plain", "ln_final.weight", false, false},
      {"plain", "transformer.resblocks.0.mlp.c_fc.bias", false, false},
      {"text_linear_projection", "text_projection.weight", true, true},
      {"text_linear_projection", "text_projection.bias", false, false},
      {"layer_scale", "visual.transformer.resblocks.1.ls_1.gamma", false, false},
      {"scale_heads", "transformer.resblocks.0.attn.head_scale", true, true},
      // Three dimensions; only the older rule reads the name.
      {"scaled_cosine", "transformer.resblocks.0.attn.logit_scale", false, true},
      {"pooler", "visual.attn_pool.query", true, true},
      {"resnet", "visual.layer1.0.bn1.weight", false, false},
      {"resnet", "visual.layer1.0.conv1.weight", true, true},
      {"resnet", "visual.attnpool.positional_embedding", true, true},
      {"resnet", "visual.bn1.running_mean", false, false},
  };
  for (const auto& at : cases) {
    const ModelConfig config = model(at.model);
    EXPECT_EQ(rules(config, {}).at(at.name).decayed, at.published) << at.name;
    EXPECT_EQ(rules(config, {}, {.decay_rule = DecayRule::newer}).at(at.name).decayed, at.newer)
        << at.name;
  }
}

std::set<std::string> trained(const ModelConfig& config, const ModelSection& section) {
  std::set<std::string> names;
  for (const auto& rule : parameter_rules(config, section, {}))
    if (rule.trained) names.insert(rule.name);
  return names;
}

TEST(ParameterGroups, ALockedTowerIsLockedWhole) {
  for (const char* name : {"plain", "resnet", "pooler", "coca_text"}) {
    const ModelConfig config = model(name);
    for (const auto& parameter : trained(config, {.lock_image = true}))
      EXPECT_FALSE(parameter.starts_with("visual.")) << parameter;
    for (const auto& parameter : trained(config, {.lock_text = true}))
      EXPECT_TRUE(parameter.starts_with("visual.") || parameter == "logit_scale") << parameter;
  }
}

TEST(ParameterGroups, TheLastBlocksAndWhatFollowsAreUnlocked) {
  const auto names = trained(model("plain"), {.lock_image = true, .unlocked_image_blocks = 1});
  EXPECT_TRUE(names.count("visual.transformer.resblocks.2.ln_1.weight"));
  EXPECT_TRUE(names.count("visual.ln_post.weight"));
  EXPECT_TRUE(names.count("visual.proj"));
  EXPECT_FALSE(names.count("visual.transformer.resblocks.1.ln_1.weight"));
  EXPECT_FALSE(names.count("visual.conv1.weight"));
  EXPECT_TRUE(names.count("token_embedding.weight")) << "the other tower";

  // All blocks: embeddings stay locked.
  const auto text = trained(model("plain"), {.lock_text = true, .unlocked_text_blocks = 3});
  EXPECT_TRUE(text.count("transformer.resblocks.0.ln_1.weight"));
  EXPECT_FALSE(text.count("token_embedding.weight"));
  EXPECT_FALSE(text.count("positional_embedding"));

  const auto resnet = trained(model("resnet"), {.lock_image = true, .unlocked_image_blocks = 1});
  EXPECT_TRUE(resnet.count("visual.layer4.1.conv1.weight"));
  EXPECT_TRUE(resnet.count("visual.attnpool.c_proj.weight"));
  EXPECT_FALSE(resnet.count("visual.layer3.0.conv1.weight"));
  EXPECT_FALSE(resnet.count("visual.bn3.weight"));
}

TEST(ParameterGroups, MoreBlocksThanThereAreIsRefused) {
  try {
    parameter_rules(model("plain"), {.lock_text = true, .unlocked_text_blocks = 4}, {});
    FAIL() << "four of three blocks were unlocked";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_EQ(std::string(error.what()),
              "model.unlocked_text_blocks is 4, and this model's text tower has 3 blocks; choose 0 "
              "to 3");
  }
}

TEST(ParameterGroups, RatesFallTowardsTheInputAndPerTower) {
  const auto of = rules(model("plain"), {}, {.image_lr = 0.5, .text_lr = 2, .layer_decay = 0.1});
  const std::map<std::string, double> expected = {
      {"visual.proj", 0.5},
      {"visual.ln_post.weight", 0.05},
      {"visual.transformer.resblocks.2.ln_1.weight", 0.05},
      {"visual.transformer.resblocks.0.ln_1.weight", 0.0005},
      {"visual.conv1.weight", 0.00005},
      {"visual.positional_embedding", 0.00005},
      {"text_projection", 2},
      {"ln_final.weight", 0.2},
      {"transformer.resblocks.1.attn.in_proj_weight", 0.02},
      {"token_embedding.weight", 0.0002},
      {"logit_scale", 1}};
  for (const auto& [name, factor] : expected)
    EXPECT_NEAR(of.at(name).lr_factor, factor, 1e-12) << name;

  const auto no_head = rules(model("text_no_projection"), {}, {.layer_decay = 0.1});
  EXPECT_DOUBLE_EQ(no_head.at("ln_final.weight").lr_factor, 1);
  const auto resnet = rules(model("resnet"), {}, {.layer_decay = 0.1});
  EXPECT_NEAR(resnet.at("visual.layer4.0.conv1.weight").lr_factor, 0.1, 1e-12);
  EXPECT_NEAR(resnet.at("visual.conv1.weight").lr_factor, 1e-5, 1e-16);
}

}  // namespace
}  // namespace tandem_test
