#include <gtest/gtest.h>

#include <filesystem>

#include "base/half.h"
#include "checkpoint/checkpoint.h"
#include "golden_folder.h"
#include "model_copy.h"

using namespace tandem;
using namespace tandem_test;

namespace {

namespace fs = std::filesystem;

// Every model of the golden cases that opens by itself.
std::vector<std::string> golden_models() {
  std::vector<std::string> models;
  const std::string one = whole_golden_case("towers/openai_vit");
  if (one.empty()) return models;
  const fs::path root = fs::path(one) / ".." / "..";
  for (const char* kind : {"towers", "open_clip", "zero_shot"}) {
    if (!fs::exists(root / kind)) continue;
    for (const auto& entry : fs::directory_iterator(root / kind)) {
      const Json golden = read_json((entry.path() / "case.json").string());
      for (const auto& [name, path] : golden.at("models").items())
        models.push_back((entry.path() / path.get<std::string>()).string());
    }
  }
  return models;
}

Checkpoint written(const Checkpoint& checkpoint, const ScratchFolder& folder,
                   const std::string& name, Layout layout) {
  write_checkpoint(checkpoint, folder.path(name), layout, std::nullopt);
  return open_checkpoint(folder.path(name));
}

void expect_same(const Checkpoint& a, const Checkpoint& b) {
  EXPECT_EQ(describe(a.config), describe(b.config));
  if (a.config.image) {
    EXPECT_EQ(describe(a.preprocess), describe(b.preprocess));
  }
  expect_same_weights(a, b);
}

std::string refused(const Checkpoint& checkpoint, Layout layout) {
  const ScratchFolder folder;
  const std::string sentence =
      refusal([&] { write_checkpoint(checkpoint, folder.path("out"), layout, std::nullopt); });
  EXPECT_FALSE(fs::exists(folder.path("out")) && !sentence.empty());
  EXPECT_TRUE(sentence.empty() || fs::is_empty(fs::path(folder.path("out")).parent_path()));
  return sentence;
}

}  // namespace

TEST(WriteCheckpoint, EveryGoldenModelSurvivesOpenClipsLayout) {
  const auto models = golden_models();
  if (models.empty()) GTEST_SKIP() << "no golden cases are at hand";
  for (const auto& path : models) {
    SCOPED_TRACE(path);
    const ScratchFolder folder;
    const auto first = open_checkpoint(path);
    const auto second = written(first, folder, "open_clip", Layout::open_clip);
    expect_same(first, second);
    EXPECT_EQ(first.weights_dtype, second.weights_dtype);
  }
}

TEST(WriteCheckpoint, HuggingFacesLayoutAndBackIsBitIdentical) {
  const auto models = golden_models();
  if (models.empty()) GTEST_SKIP() << "no golden cases are at hand";
  int round_trips = 0;
  for (const auto& path : models) {
    SCOPED_TRACE(path);
    const ScratchFolder folder;
    const auto first = open_checkpoint(path);
    const std::string sentence = refused(first, Layout::hugging_face);
    if (!sentence.empty()) {
      EXPECT_TRUE(sentence.find("cannot say") != sentence.npos ||
                  sentence.find("ModifiedResNet") != sentence.npos)
          << sentence;
      continue;
    }
    const auto second = written(first, folder, "a", Layout::hugging_face);
    expect_same(first, second);
    const auto third = written(second, folder, "b", Layout::open_clip);
    expect_same(first, third);
    expect_same(first, written(third, folder, "c", Layout::hugging_face));
    EXPECT_EQ(
        refusal([&] { expect_same(first, open_checkpoint(folder.path("c/model.safetensors"))); }),
        "");
    ++round_trips;
  }
  EXPECT_GE(round_trips, 12);
}

TEST(WriteCheckpoint, NamesWhatHuggingFaceCannotSay) {
  struct Case {
    const char* golden;
    const char* field;
  };
  const Case cases[] = {
      {"attn_pool", "image.attentional_pool is true"},
      {"avg_pool_ln_before", "image.pool is \"mean\""},
      {"layer_scale", "image.transformer.layer_scale is true"},
      {"no_ln_pre", "image.ln_pre is false"},
      {"no_causal_mask", "text.causal is false"},
      {"custom_blocks", "image.transformer.qk_norm is true"},
      {"siglip", "image.final_ln_after_pool is true"},
      {"text_pool_first", "text.pool is \"first\""},
      {"cls_embed_coca_text", "text.class_row is true"},
  };
  for (const auto& [name, field] : cases) {
    TANDEM_GOLDEN(golden, std::string("open_clip/") + name);
    const auto sentence = refused(open_checkpoint(golden + "/open_clip"), Layout::hugging_face);
    EXPECT_NE(sentence.find(field), std::string::npos) << name << ": " << sentence;
  }
}

TEST(WriteCheckpoint, NamesWhatTheLayoutsCannotSayOtherwise) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  struct Case {
    std::function<void(Checkpoint&)> change;
    Layout layout;
    const char* sentence;
  };
  const auto image = [](Checkpoint& c) -> VisionTransformerConfig& {
    return std::get<VisionTransformerConfig>(*c.config.image);
  };
  const Case cases[] = {
      {[&](Checkpoint& c) { image(c).transformer.activation = Activation::gelu; },
       Layout::open_clip, "image.transformer.activation is \"gelu\""},
      {[](Checkpoint& c) {
         c.config.text->pool = TextPool::eos;
         c.config.text->eos_id = 2;
       },
       Layout::hugging_face, "text.eos_id is 2"},
      {[](Checkpoint& c) { c.preprocess.resize_mode = ResizeMode::longest; }, Layout::hugging_face,
       "longer side"},
      {[](Checkpoint& c) { c.preprocess.interpolation = Filter::lanczos; }, Layout::open_clip,
       "another filter"},
      {[](Checkpoint& c) {
         c.preprocess.kind = PreprocessKind::hugging_face;
         c.preprocess.resize_height = c.preprocess.resize_width = 40;
       },
       Layout::open_clip, "preprocessor_config.json"},
      {[](Checkpoint& c) { c.cleaning = Cleaning::canonicalize; }, Layout::hugging_face,
       "punctuation"},
      {[](Checkpoint& c) { c.config.text.reset(); }, Layout::open_clip, "both towers"},
      {[](Checkpoint&) {}, Layout::openai, "only read"},
  };
  for (const auto& [change, layout, sentence] : cases) {
    auto checkpoint = open_checkpoint(golden + "/state_dict.pt");
    change(checkpoint);
    EXPECT_NE(refused(checkpoint, layout).find(sentence), std::string::npos)
        << refused(checkpoint, layout);
  }
}

TEST(WriteCheckpoint, PreprocessingOfEveryKindIsCarried) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  struct Case {
    std::function<void(PreprocessConfig&)> change;
    Layout layout;
  };
  const auto hugging_face = [](PreprocessConfig& p) {
    p.kind = PreprocessKind::hugging_face;
    p.resize_height = p.resize_width = 32;
  };
  const Case cases[] = {
      {[](PreprocessConfig& p) {
         p.mean = {0.1, 0.2, 0.3};
         p.std = {1.0 / 3, 2, 3};
       },
       Layout::hugging_face},
      {[](PreprocessConfig& p) {
         p.kind = PreprocessKind::open_clip;
         p.resize_mode = ResizeMode::squash;
       },
       Layout::hugging_face},
      {[](PreprocessConfig& p) {
         p.kind = PreprocessKind::open_clip;
         p.resize_mode = ResizeMode::longest;
         p.fill_color = 7;
         p.interpolation = Filter::bilinear;
       },
       Layout::open_clip},
      {[&](PreprocessConfig& p) { hugging_face(p); }, Layout::open_clip},
      {[&](PreprocessConfig& p) {
         hugging_face(p);
         p.resize_shortest_edge = p.do_center_crop = false;
       },
       Layout::open_clip},
      {[&](PreprocessConfig& p) {
         hugging_face(p);
         p.resize_height = p.resize_width = 40;
         p.do_normalize = false;
         p.interpolation = Filter::hamming;
       },
       Layout::hugging_face},
  };
  for (const auto& [change, layout] : cases) {
    const ScratchFolder folder;
    auto checkpoint = open_checkpoint(golden + "/state_dict.pt");
    change(checkpoint.preprocess);
    const auto again = written(checkpoint, folder, "out", layout);
    EXPECT_EQ(describe(again.preprocess), describe(checkpoint.preprocess));
  }
}

TEST(WriteCheckpoint, TokenizerFilesAreCarried) {
  for (const char* path : {"zero_shot/one_template", "zero_shot/seven_templates"}) {
    TANDEM_GOLDEN(golden, path);
    const std::string model = fs::exists(golden + "/hf") ? golden + "/hf" : golden + "/open_clip";
    const auto checkpoint = open_checkpoint(model);
    const std::string expected =
        Tokenizer::load(checkpoint.tokenizer, checkpoint.cleaning).describe();
    for (const Layout layout : {Layout::hugging_face, Layout::open_clip}) {
      const ScratchFolder folder;
      const auto again = written(checkpoint, folder, "out", layout);
      EXPECT_EQ(again.cleaning, checkpoint.cleaning);
      EXPECT_EQ(Tokenizer::load(again.tokenizer, again.cleaning).describe(), expected);
    }
  }
}

TEST(WriteCheckpoint, ConvertsTheTypeOfEveryTensor) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ScratchFolder folder;
  const auto checkpoint = open_checkpoint(golden + "/state_dict.pt");
  write_checkpoint(checkpoint, folder.path("bf16"), Layout::hugging_face, DType::bf16);
  const auto half = open_checkpoint(folder.path("bf16"));
  EXPECT_EQ(half.weights_dtype, "BF16");
  EXPECT_EQ(read_json(folder.path("bf16/config.json"))["torch_dtype"], "bfloat16");
  const auto before = to_float(*checkpoint.weights.find("visual.proj"));
  const auto after = to_float(*half.weights.find("visual.proj"));
  for (size_t i = 0; i < before.size(); ++i)
    ASSERT_EQ(after[i], float_from_bf16(bf16_from_float(before[i])));
  EXPECT_NE(refusal([&] {
              write_checkpoint(checkpoint, folder.path("i8"), Layout::hugging_face, DType::i8);
            }).find("F32, F16 or BF16"),
            std::string::npos);
}

TEST(WriteCheckpoint, NeverWritesOverSomething) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ScratchFolder folder;
  const auto checkpoint = open_checkpoint(golden + "/hf");
  fs::create_directory(folder.path("empty"));
  write_checkpoint(checkpoint, folder.path("empty/"), Layout::hugging_face, std::nullopt);
  EXPECT_EQ(refusal_of(folder.path("empty")), "");
  EXPECT_NE(refusal([&] {
              write_checkpoint(checkpoint, folder.path("empty"), Layout::open_clip, std::nullopt);
            }).find("no empty folder"),
            std::string::npos);
}
