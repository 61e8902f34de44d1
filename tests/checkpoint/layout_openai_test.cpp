#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "golden_folder.h"
#include "model_copy.h"

using namespace tandem;
using namespace tandem_test;

namespace {

bool has_rule(const Checkpoint& checkpoint, const std::string& part) {
  for (const auto& rule : checkpoint.rules)
    if (rule.find(part) != std::string::npos) return true;
  return false;
}

// The archive's tensors in a safetensors file, after a change.
template <class Change>
std::string changed_state_dict(const ScratchFolder& folder, const std::string& golden,
                               Change change) {
  TensorStore store = read_state_dict(golden + "/state_dict.pt");
  change(store);
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : store.tensors) tensors.push_back({name, tensor});
  write_safetensors(folder.path("changed.safetensors"), tensors);
  return folder.path("changed.safetensors");
}

}  // namespace

TEST(OpenAiLayout, DerivesAVitFromItsShapes) {
  TANDEM_GOLDEN(golden, "towers/openai_vit");
  const auto checkpoint = open_checkpoint(golden + "/openai.pt");
  EXPECT_EQ(checkpoint.layout, Layout::openai);
  const auto& image = std::get<VisionTransformerConfig>(*checkpoint.config.image);
  EXPECT_EQ(image.image_height, 32);
  EXPECT_EQ(image.patch_width, 8);
  EXPECT_EQ(image.transformer.layers, 2);
  EXPECT_EQ(image.transformer.heads, 1);
  EXPECT_EQ(checkpoint.config.text->vocab_size, 288);
  EXPECT_EQ(checkpoint.config.text->context_length, 16);
  EXPECT_EQ(checkpoint.config.text->pool, TextPool::argmax);
  EXPECT_EQ(checkpoint.preprocess.kind, PreprocessKind::openai);
  EXPECT_EQ(checkpoint.preprocess.height, 32);
  EXPECT_EQ(checkpoint.weights_dtype, "F16+F32");
  EXPECT_TRUE(has_rule(checkpoint, "QuickGELU"));
  EXPECT_TRUE(has_rule(checkpoint, "no tokenizer"));
}

TEST(OpenAiLayout, HeadsAreWidthOver64) {
  TANDEM_GOLDEN(golden, "towers/openai_vit_2heads");
  const auto checkpoint = open_checkpoint(golden + "/openai.pt");
  EXPECT_EQ(std::get<VisionTransformerConfig>(*checkpoint.config.image).transformer.heads, 2);
}

TEST(OpenAiLayout, DerivesAModifiedResNetFromItsShapes) {
  TANDEM_GOLDEN(golden, "towers/openai_resnet");
  for (const char* file : {"/openai.pt", "/state_dict.pt"}) {
    const auto checkpoint = open_checkpoint(golden + file);
    const auto& image = std::get<ModifiedResNetConfig>(*checkpoint.config.image);
    EXPECT_EQ(image.layers, (std::array<int, 4>{2, 1, 1, 1}));
    EXPECT_EQ(image.width, 4);
    EXPECT_EQ(image.heads, 2);
    EXPECT_EQ(image.image_size, 64);
    EXPECT_EQ(checkpoint.config.embed_dim, 40);
  }
}

TEST(OpenAiLayout, EveryContainerOfOneModelHasOneConfig) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const std::string expected = describe(open_checkpoint(golden + "/openai.pt").config);
  for (const char* name : {"/state_dict.pt", "/state_dict_legacy.pt", "/hf", "/hf_bin",
                           "/hf_sharded", "/open_clip", "/open_clip/open_clip_model.safetensors"})
    EXPECT_EQ(describe(open_checkpoint(golden + name).config), expected) << name;
}

TEST(OpenAiLayout, RefusesWhatIsNoWholeClip) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ScratchFolder folder;
  struct Case {
    std::function<void(TensorStore&)> change;
    const char* sentence;
  };
  const Case cases[] = {
      {[](TensorStore& s) { s.tensors.erase("visual.conv1.weight"); }, "is missing"},
      {[](TensorStore& s) { s.tensors.erase("visual.ln_post.bias"); },
       "\"visual.ln_post.bias\" is missing"},
      {[](TensorStore& s) { s.tensors["extra.weight"] = s.tensors["ln_final.weight"]; },
       "\"extra.weight\", which no CLIP does not ask for"},
      {[](TensorStore& s) {
         s.tensors["visual.transformer.resblocks.9.ln_1.bias"] = s.tensors["ln_final.bias"];
       },
       "resblocks.2"},
      {[](TensorStore& s) {
         s.tensors["text.token_embedding.weight"] = s.tensors["token_embedding.weight"];
       },
       "open_clip alone writes"},
      {[](TensorStore& s) {
         s.tensors["vision_model.embeddings.class_embedding"] = s.tensors["ln_final.bias"];
       },
       "Hugging Face's keys"},
      {[](TensorStore& s) {
         s.tensors["visual.positional_embedding"] = s.tensors["positional_embedding"];
       },
       "visual.positional_embedding"},
  };
  for (const auto& [change, sentence] : cases) {
    const auto path = changed_state_dict(folder, golden, change);
    EXPECT_NE(refusal_of(path).find(sentence), std::string::npos) << refusal_of(path);
  }
}

TEST(OpenAiLayout, TakesAVocabularyBesideTheFile) {
  TANDEM_GOLDEN(golden, "towers/openai_vit");
  const ScratchFolder folder;
  std::filesystem::copy(golden + "/openai.pt", folder.path("openai.pt"));
  folder.write("bpe_simple_vocab_16e6.txt.gz", "not read here");
  const auto checkpoint = open_checkpoint(folder.path("openai.pt"));
  EXPECT_EQ(checkpoint.tokenizer.bpe_vocab, folder.path("bpe_simple_vocab_16e6.txt.gz"));
  EXPECT_EQ(checkpoint.cleaning, Cleaning::openai);
}

TEST(OpenAiLayout, ResizesToAnotherPictureSize) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const auto checkpoint =
      open_checkpoint(golden + "/state_dict.pt", {.image_size = 48, .context_length = 12});
  EXPECT_EQ(checkpoint.weights.find("visual.positional_embedding")->shape, (Shape{37, 64}));
  EXPECT_EQ(checkpoint.weights.find("positional_embedding")->shape, (Shape{12, 64}));
  EXPECT_EQ(checkpoint.preprocess.height, 48);
  EXPECT_EQ(checkpoint.resized.size(), 2u);
  TANDEM_GOLDEN(resnet, "towers/openai_resnet");
  EXPECT_NE(refusal_of(resnet + "/openai.pt", {.image_size = 96}).find("ModifiedResNet"),
            std::string::npos);
}
