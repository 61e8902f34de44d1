#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/torch_file.h"
#include "golden_folder.h"
#include "model_copy.h"

using namespace tandem;
using namespace tandem_test;

TEST(HuggingFaceLayout, EndTokenTwoMeansTheLargestId) {
  TANDEM_WHOLE_GOLDEN(old_rule, "towers/openai_vit");
  EXPECT_EQ(open_checkpoint(old_rule + "/hf").config.text->pool, TextPool::argmax);
  TANDEM_GOLDEN(new_rule, "towers/openai_vit_2heads");
  const auto text = *open_checkpoint(new_rule + "/hf").config.text;
  EXPECT_EQ(text.pool, TextPool::eos);
  EXPECT_EQ(text.eos_id, 299);
}

TEST(HuggingFaceLayout, WeightsAreTheSameAsInOpenAisLayout) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const auto openai = open_checkpoint(golden + "/state_dict.pt");
  expect_same_weights(openai, open_checkpoint(golden + "/hf"));
}

TEST(HuggingFaceLayout, PreprocessingComesFromTheProcessor) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  auto preprocess = open_checkpoint(model.path()).preprocess;
  EXPECT_EQ(preprocess.kind, PreprocessKind::hugging_face);
  EXPECT_TRUE(preprocess.resize_shortest_edge);
  EXPECT_EQ(preprocess.resize_height, 32);

  // The newer spellings.
  model.set("preprocessor_config.json", "/size", {{"shortest_edge", 36}});
  model.set("preprocessor_config.json", "/crop_size", {{"height", 32}, {"width", 32}});
  model.set("preprocessor_config.json", "/resample", 2);
  model.set("preprocessor_config.json", "/image_mean", {0.5, 0.25, 0.125});
  model.set("preprocessor_config.json", "/do_normalize", false);
  preprocess = open_checkpoint(model.path()).preprocess;
  EXPECT_EQ(preprocess.resize_height, 36);
  EXPECT_EQ(preprocess.height, 32);
  EXPECT_EQ(preprocess.interpolation, Filter::bilinear);
  EXPECT_EQ(preprocess.mean, (std::array<double, 3>{0.5, 0.25, 0.125}));
  EXPECT_FALSE(preprocess.do_normalize);

  model.set("preprocessor_config.json", "/size", {{"height", 32}, {"width", 32}});
  model.set("preprocessor_config.json", "/do_center_crop", false);
  EXPECT_FALSE(open_checkpoint(model.path()).preprocess.resize_shortest_edge);

  model.remove("preprocessor_config.json");
  const auto without = open_checkpoint(model.path());
  EXPECT_EQ(without.preprocess.kind, PreprocessKind::hugging_face);
  EXPECT_EQ(without.preprocess.height, 32);
  EXPECT_NE(without.rules[0].find("no preprocessor_config.json"), std::string::npos);
}

TEST(HuggingFaceLayout, TowersAlone) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  model.set("config.json", "/architectures", {"CLIPVisionModelWithProjection"});
  const auto image = open_checkpoint(model.path());
  EXPECT_TRUE(image.config.image && !image.config.text);
  EXPECT_EQ(image.weights.find("token_embedding.weight"), nullptr);
  EXPECT_NEAR(image.logit_scale(), 2.6592600369, 1e-9);

  model.set("config.json", "/architectures", {"CLIPTextModelWithProjection"});
  const auto text = open_checkpoint(model.path());
  EXPECT_TRUE(text.config.text && !text.config.image);
}

TEST(HuggingFaceLayout, LegacyTowerConfigsReplaceTheOthers) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  // As transformers does: completed with defaults, so that heads become 12 and
  // layers are as the dict says.
  Json vision = read_json(model.file("config.json"))["vision_config"];
  vision["hidden_act"] = "gelu";
  model.set("config.json", "/vision_config_dict", vision);
  const auto checkpoint = open_checkpoint(model.path());
  EXPECT_EQ(std::get<VisionTransformerConfig>(*checkpoint.config.image).transformer.activation,
            Activation::gelu);
  vision.erase("num_hidden_layers");
  model.set("config.json", "/vision_config_dict", vision);
  EXPECT_NE(refusal_of(model.path()).find("has 12 layers"), std::string::npos);
}

TEST(HuggingFaceLayout, MissingKeysTakeTransformersDefaults) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  for (const char* key : {"hidden_act", "layer_norm_eps", "projection_dim"})
    model.set("config.json", std::string("/text_config/") + key, nullptr);
  EXPECT_EQ(describe(open_checkpoint(model.path()).config),
            describe(open_checkpoint(golden + "/hf").config));
  model.set("config.json", "/text_config/eos_token_id", nullptr);
  EXPECT_EQ(open_checkpoint(model.path()).config.text->eos_id, 49407);
}

TEST(HuggingFaceLayout, RefusesContradictionsAndOtherFamilies) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  struct Case {
    const char* file;
    const char* pointer;
    Json value;
    const char* sentence;
  };
  const Case cases[] = {
      {"config.json", "/vision_config/num_hidden_layers", 3, "vision_model has 3 layers where"},
      {"config.json", "/text_config/num_hidden_layers", 2, "text_model has 2 layers where"},
      {"config.json", "/text_config/vocab_size", 300, "vocabulary is 300 where"},
      {"config.json", "/text_config/hidden_size", 128, "text tower's width is 128"},
      {"config.json", "/vision_config/patch_size", 16, "patch size is 16"},
      {"config.json", "/vision_config/intermediate_size", 128, "MLP width is 128"},
      {"config.json", "/projection_dim", 32, "embed_dim is 32"},
      {"config.json", "/text_config/max_position_embeddings", 12, "positional_embedding"},
      {"config.json", "/vision_config/num_attention_heads", 7, "7 heads do not divide"},
      {"config.json", "/vision_config/num_attention_heads", "two", "a whole number is expected"},
      {"config.json", "/vision_config/hidden_act", "relu", "\"relu\""},
      {"config.json", "/vision_config", 5, "no JSON object"},
      {"config.json", "/model_type", "siglip", "family \"siglip\""},
      {"config.json", "/model_type", "siglip2", "family \"siglip2\""},
      {"config.json", "/model_type", "align", "family \"align\""},
      {"config.json", "/model_type", "blip", "family \"blip\""},
      {"config.json", "/model_type", "chinese_clip", "family \"chinese_clip\""},
      {"config.json",
       "/architectures",
       {"CLIPForImageClassification"},
       "CLIPForImageClassification"},
      {"preprocessor_config.json", "/crop_size", 40,
       "40 x 40 where config.json has an image_size of 32 x 32"},
      {"preprocessor_config.json", "/resample", 9, "no filter of Pillow"},
      {"preprocessor_config.json", "/do_center_crop", false, "do_center_crop"},
      {"preprocessor_config.json", "/image_std", {1, 1, 0}, "above 0"},
      {"preprocessor_config.json", "/feature_extractor_type", "ViTFeatureExtractor",
       "ViTFeatureExtractor"},
      {"preprocessor_config.json",
       "/size",
       {{"shortest_edge", 32}, {"longest_edge", 40}},
       "longer side"},
  };
  for (const auto& test : cases) {
    const ModelCopy model(golden + "/hf");
    model.set(test.file, test.pointer, test.value);
    EXPECT_NE(refusal_of(model.path()).find(test.sentence), std::string::npos)
        << test.pointer << ": " << refusal_of(model.path());
  }
}

TEST(HuggingFaceLayout, ForeignWeightsAreNamed) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  model.remove("model.safetensors");
  EXPECT_NE(refusal_of(model.path()).find("no weights"), std::string::npos);
  model.write("flax_model.msgpack", "x");
  EXPECT_NE(refusal_of(model.path()).find("flax_model.msgpack is a Flax checkpoint"),
            std::string::npos);
  EXPECT_NE(refusal_of(model.file("flax_model.msgpack")).find("a Flax checkpoint"),
            std::string::npos);
  model.write("model.gguf", "GGUF");
  EXPECT_NE(refusal_of(model.file("model.gguf")).find("GGUF"), std::string::npos);
  model.write("clip.bin", "GGUFxxxx");
  EXPECT_NE(refusal_of(model.file("clip.bin")).find("GGUF"), std::string::npos);
  EXPECT_NE(refusal_of(model.path() + "/nothing").find("no such file"), std::string::npos);
}

TEST(HuggingFaceLayout, TokenizerRules) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  const ModelCopy model(golden + "/hf");
  EXPECT_EQ(open_checkpoint(model.path()).cleaning, Cleaning::openai);
  model.write("tokenizer.json", "{}");
  const auto checkpoint = open_checkpoint(model.path());
  EXPECT_EQ(checkpoint.cleaning, Cleaning::hugging_face);
  EXPECT_EQ(checkpoint.tokenizer.tokenizer_json, model.file("tokenizer.json"));
}

TEST(HuggingFaceLayout, TheTokenizerMustFitTheTextTower) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  auto checkpoint = open_checkpoint(golden + "/hf");
  const auto tokenizer = Tokenizer::load(checkpoint.tokenizer, checkpoint.cleaning);
  EXPECT_EQ(refusal([&] { check_tokenizer(checkpoint, tokenizer); }), "");
  checkpoint.config.text->vocab_size = 1513;
  EXPECT_NE(refusal([&] { check_tokenizer(checkpoint, tokenizer); }).find("1514 tokens"),
            std::string::npos);
  checkpoint.config.text->vocab_size = 1600;
  checkpoint.config.text->pool = TextPool::eos;
  checkpoint.config.text->eos_id = 1599;
  EXPECT_NE(refusal([&] { check_tokenizer(checkpoint, tokenizer); }).find("pools at the id 1599"),
            std::string::npos);
}

TEST(HuggingFaceLayout, ShardedTorchFiles) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf_bin");
  const std::string shard = "pytorch_model-00001-of-00001.bin";
  std::filesystem::rename(model.file("pytorch_model.bin"), model.file(shard));
  Json index;
  for (const auto& [name, tensor] : read_state_dict(model.file(shard)).tensors)
    index["weight_map"][name] = shard;
  model.write("pytorch_model.bin.index.json", index.dump());
  expect_same_weights(open_checkpoint(golden + "/hf_bin"), open_checkpoint(model.path()));
}

TEST(HuggingFaceLayout, TheOptionsTokenizerWins) {
  TANDEM_GOLDEN(golden, "zero_shot/one_template");
  TANDEM_WHOLE_GOLDEN(other, "towers/openai_vit");
  EXPECT_TRUE(open_checkpoint(other + "/hf").tokenizer.vocab.empty());
  const auto checkpoint = open_checkpoint(other + "/hf", {.tokenizer = golden + "/hf"});
  EXPECT_EQ(checkpoint.tokenizer.vocab, golden + "/hf/vocab.json");
  EXPECT_NE(refusal_of(other + "/hf", {.tokenizer = other + "/hf"}).find("holds no tokenizer"),
            std::string::npos);
}

TEST(HuggingFaceLayout, HugeConfigsAskForNoMemory) {
  EXPECT_NE(refusal_of("/dev/null").find("neither a file nor a folder"), std::string::npos);
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ModelCopy model(golden + "/hf");
  model.set("config.json", "/vision_config/image_size", 65536);
  model.set("config.json", "/vision_config/patch_size", 1);
  EXPECT_NE(refusal_of(model.path()).find("65536 x 65536 patches"), std::string::npos);
}
