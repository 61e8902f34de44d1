#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "golden_folder.h"
#include "model_copy.h"

using namespace tandem;
using namespace tandem_test;

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

TEST(OpenClipLayout, OptionsOfEachGolden) {
  struct Case {
    const char* golden;
    std::function<bool(const Checkpoint&)> holds;
  };
  const auto image = [](const Checkpoint& c) -> const VisionTransformerConfig& {
    return std::get<VisionTransformerConfig>(*c.config.image);
  };
  const Case cases[] = {
      {"gelu_clip",
       [&](const Checkpoint& c) {
         return image(c).transformer.activation == Activation::gelu &&
                image(c).transformer.heads == 2;
       }},
      {"custom_text_old_keys",
       [&](const Checkpoint& c) {
         return image(c).transformer.activation == Activation::quick_gelu;
       }},
      {"head_width_80",
       [&](const Checkpoint& c) {
         return image(c).transformer.heads == 2 && image(c).transformer.mlp_width == 97 &&
                c.config.text->transformer.mlp_width == 40;
       }},
      {"layer_scale",
       [&](const Checkpoint& c) {
         return image(c).transformer.layer_scale && c.config.text->transformer.layer_scale;
       }},
      {"no_ln_pre", [&](const Checkpoint& c) { return !image(c).ln_pre; }},
      {"no_causal_mask", [&](const Checkpoint& c) { return !c.config.text->causal; }},
      {"attn_pool",
       [&](const Checkpoint& c) {
         return image(c).attentional_pool && image(c).pooler_queries == 5 &&
                image(c).pooler_heads == 4;
       }},
      {"attn_pool_fused",
       [&](const Checkpoint& c) {
         return image(c).attentional_pool && image(c).pool == ImagePool::mean;
       }},
      {"final_ln_after_pool_avg",
       [&](const Checkpoint& c) {
         return image(c).final_ln_after_pool && image(c).pool == ImagePool::mean;
       }},
      {"avg_pool_ln_before",
       [&](const Checkpoint& c) {
         return !image(c).final_ln_after_pool && image(c).pool == ImagePool::mean;
       }},
      {"cls_embed_coca_text",
       [&](const Checkpoint& c) {
         return c.config.text->class_row && c.config.text->rows() == 13;
       }},
      {"coca",
       [&](const Checkpoint& c) { return c.config.text->class_row && image(c).attentional_pool; }},
      {"custom_blocks",
       [&](const Checkpoint& c) {
         return image(c).transformer.qk_norm && image(c).transformer.scale_heads &&
                image(c).transformer.scale_attn && !image(c).transformer.scale_fc &&
                c.config.text->transformer.scaled_cosine_attn &&
                c.config.text->transformer.scale_attn_inner && c.config.text->transformer.scale_fc;
       }},
      {"siglip",
       [&](const Checkpoint& c) {
         return c.config.logit_bias && c.logit_bias() &&
                image(c).transformer.layer_norm_eps == 1e-6 &&
                c.config.text->transformer.activation == Activation::gelu_tanh &&
                image(c).transformer.activation == Activation::gelu &&
                c.config.text->projection == TextProjection::linear &&
                c.config.text->pool == TextPool::last &&
                c.weights.find("logit_scale")->shape.empty();
       }},
      {"text_pool_eos",
       [&](const Checkpoint& c) {
         return c.config.text->pool == TextPool::eos && c.config.text->eos_id == 5;
       }},
      {"text_pool_first",
       [&](const Checkpoint& c) { return c.config.text->pool == TextPool::first; }},
      {"patch_dropout", [&](const Checkpoint& c) { return image(c).patch_dropout == 0.5; }},
  };
  for (const auto& [name, holds] : cases) {
    TANDEM_GOLDEN(golden, std::string("open_clip/") + name);
    EXPECT_TRUE(holds(open_checkpoint(golden + "/open_clip"))) << name;
  }
}

TEST(OpenClipLayout, TokenizerSettings) {
  TANDEM_GOLDEN(golden, "zero_shot/seven_templates");
  const ModelCopy model(golden + "/open_clip");
  const char* file = "open_clip_config.json";
  EXPECT_EQ(open_checkpoint(model.path()).cleaning, Cleaning::open_clip);
  model.set(file, "/model_cfg/text_cfg/tokenizer_kwargs", {{"clean", "canonicalize"}});
  EXPECT_EQ(open_checkpoint(model.path()).cleaning, Cleaning::canonicalize);
  model.set(file, "/model_cfg/text_cfg/tokenizer_kwargs", {{"clean", "whitespace"}});
  EXPECT_EQ(open_checkpoint(model.path()).cleaning, Cleaning::whitespace);
  model.set(file, "/model_cfg/text_cfg/tokenizer_kwargs/additional_special_tokens", {"<x>"});
  EXPECT_EQ(open_checkpoint(model.path()).tokenizer.additional_specials,
            std::vector<std::string>{"<x>"});
  // A tokenizer of another kind leaves the model usable for pictures and ids.
  model.set(file, "/model_cfg/text_cfg/tokenizer_type", "tiktoken");
  const auto checkpoint = open_checkpoint(model.path());
  EXPECT_TRUE(checkpoint.tokenizer.vocab.empty());
  EXPECT_NE(checkpoint.rules.back().find("\"tiktoken\""), std::string::npos);
}

TEST(OpenClipLayout, RefusesContradictionsAndOtherFamilies) {
  TANDEM_GOLDEN(golden, "open_clip/gelu_clip");
  struct Case {
    const char* pointer;
    Json value;
    const char* sentence;
  };
  const Case cases[] = {
      {"/model_cfg/vision_cfg/layers", 3, "image tower's number of layers is 3 where"},
      {"/model_cfg/vision_cfg/width", 48, "image tower's width is 48 where"},
      {"/model_cfg/text_cfg/vocab_size", 121, "vocabulary is 121 where"},
      {"/model_cfg/embed_dim", 16, "embed_dim is 16 where"},
      {"/model_cfg/embed_dim", nullptr, "embed_dim is missing"},
      {"/model_cfg/vision_cfg/mlp_ratio", 3.0, "MLP width is 72 where"},
      {"/model_cfg/vision_cfg/head_width", 48, "heads is 0"},
      {"/model_cfg/vision_cfg/head_width", 0, "head_width is 0"},
      {"/model_cfg/vision_cfg/no_ln_pre", true, "\"visual.ln_pre.bias\", which"},
      {"/model_cfg/vision_cfg/ls_init_value", 0.1, "ls_1.gamma\" is missing"},
      {"/model_cfg/vision_cfg/timm_model_name", "vit_base", "timm tower \"vit_base\""},
      {"/model_cfg/text_cfg/hf_model_name", "roberta", "Hugging Face's text tower \"roberta\""},
      {"/model_cfg/text_cfg/text_arch", "modern", "text tower \"modern\""},
      {"/model_cfg/vision_cfg/attentional_pool", "parallel", "\"parallel\" pooling"},
      {"/model_cfg/vision_cfg/attentional_pool", "cascade", "\"cascade\" pooling"},
      {"/model_cfg/vision_cfg/pool_type", "none", "no pooling"},
      {"/model_cfg/vision_cfg/pool_type", "max", "tok and avg"},
      {"/model_cfg/text_cfg/pool_type", "eos", "eos_id is missing"},
      {"/model_cfg/text_cfg/embed_cls", true, "needs custom_text"},
      {"/model_cfg/vision_cfg/act_kwargs", {{"approximate", "sigmoid"}}, "GELU does not take"},
      {"/model_cfg/vision_cfg/norm_kwargs", {{"elementwise_affine", false}}, "elementwise_affine"},
      {"/model_cfg/audio_cfg", {{"model_type", "HTSAT"}}, "a model that is no CLIP"},
      {"/model_cfg/init_logit_bias", nullptr, ""},
      {"/preprocess_cfg/size", 32, "32 x 32 where vision_cfg.image_size is 24 x 24"},
      {"/preprocess_cfg/interpolation", "box", "bicubic and bilinear"},
      {"/preprocess_cfg/resize_mode", "stretch", "squash"},
      {"/preprocess_cfg/mean", {0.5}, "a list of three numbers"},
  };
  for (const auto& test : cases) {
    const ModelCopy model(golden + "/open_clip");
    model.set("open_clip_config.json", test.pointer, test.value);
    const std::string sentence = refusal_of(model.path());
    if (*test.sentence == 0) {
      EXPECT_EQ(sentence, "") << test.pointer;
    }
    EXPECT_NE(sentence.find(test.sentence), std::string::npos) << test.pointer << ": " << sentence;
  }
}

TEST(OpenClipLayout, AMissingBiasIsZeroAsInTheReference) {
  TANDEM_GOLDEN(golden, "open_clip/gelu_clip");
  const ModelCopy model(golden + "/open_clip");
  model.set("open_clip_config.json", "/model_cfg/init_logit_bias", -10);
  EXPECT_EQ(open_checkpoint(model.path()).logit_bias(), 0.0);
}

TEST(OpenClipLayout, BareModelConfigTakesTheDefaults) {
  TANDEM_GOLDEN(golden, "open_clip/gelu_clip");
  const ModelCopy model(golden + "/open_clip");
  model.write("open_clip_config.json",
              read_json(model.file("open_clip_config.json"))["model_cfg"].dump());
  const auto checkpoint = open_checkpoint(model.path());
  EXPECT_EQ(checkpoint.preprocess.height, 24);
  EXPECT_EQ(checkpoint.preprocess.kind, PreprocessKind::open_clip);
}

TEST(OpenClipLayout, TwoConfigsOfOneFolderMustAgree) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/open_clip");
  model.write("config.json", read_json(golden + "/hf/config.json").dump());
  EXPECT_EQ(refusal_of(model.path()), "");
  model.set("config.json", "/text_config/hidden_act", "gelu");
  EXPECT_NE(
      refusal_of(model.path()).find("says \"quick_gelu\" for text.transformer.activation where"),
      std::string::npos)
      << refusal_of(model.path());
}
