// Every layout of one golden model must carry the same weights.
#include <gtest/gtest.h>

#include <cstring>

#include "base/half.h"
#include "checkpoint/safetensors.h"
#include "golden_folder.h"
#include "checkpoint/torch_file.h"

namespace tandem {
namespace {

// What the float32 values become when they are stored in the narrower type.
std::vector<float> rounded_to(DType dtype, std::vector<float> values) {
  for (float& value : values) {
    if (dtype == DType::f16) value = float_from_f16(f16_from_float(value));
    if (dtype == DType::bf16) value = float_from_bf16(bf16_from_float(value));
  }
  return values;
}

// How many names both stores have; the tensors under them must be equal.
int compare_shared_names(const TensorStore& exact, const TensorStore& other) {
  int shared = 0;
  for (const auto& [name, view] : other.tensors) {
    const TensorView* wanted = exact.find(name);
    if (wanted == nullptr) continue;
    ++shared;
    EXPECT_EQ(view.shape, wanted->shape) << name;
    EXPECT_EQ(to_float(view), rounded_to(view.dtype, to_float(*wanted))) << name;
  }
  return shared;
}

TEST(GoldenLayouts, ScriptAndLegacyPickleCarryEqualWeights) {
  TANDEM_GOLDEN(golden, "towers/openai_vit");
  const TensorStore script = read_state_dict(golden + "/openai.pt");
  const TensorStore legacy = read_state_dict(golden + "/state_dict_legacy.pt");
  EXPECT_EQ(compare_shared_names(script, legacy), 50);
  EXPECT_EQ(legacy.tensors.size(), 50u);
}

TEST(GoldenLayouts, CarryEqualWeightsInOpenAIsNames) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const TensorStore exact = read_state_dict(golden + "/state_dict.pt");
  ASSERT_EQ(exact.tensors.size(), 50u);
  EXPECT_EQ(compare_shared_names(exact, read_state_dict(golden + "/openai.pt")), 50);
  EXPECT_EQ(compare_shared_names(exact, read_state_dict(golden + "/state_dict_legacy.pt")), 50);
  EXPECT_EQ(compare_shared_names(
                exact, read_safetensors(golden + "/open_clip/open_clip_model.safetensors")),
            50);
}

TEST(GoldenLayouts, CarryEqualWeightsInHuggingFacesNames) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const TensorStore exact = read_safetensors(golden + "/hf/model.safetensors");
  const TensorStore bin = read_state_dict(golden + "/hf_bin/pytorch_model.bin");
  const auto count = static_cast<int>(exact.tensors.size());
  EXPECT_EQ(compare_shared_names(exact, bin), count);
  EXPECT_EQ(compare_shared_names(exact, read_sharded_safetensors(
                                            golden + "/hf_sharded/model.safetensors.index.json")),
            count);
  EXPECT_EQ(to_int64(*bin.find("text_model.embeddings.position_ids")).back(), 15);
}

TEST(GoldenLayouts, TorchScriptKeepsBuffersAndWholeNumbers) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_resnet");
  const TensorStore script = read_state_dict(golden + "/openai.pt");
  const TensorStore dict = read_state_dict(golden + "/state_dict.pt");
  EXPECT_EQ(compare_shared_names(dict, script), static_cast<int>(dict.tensors.size()));
  EXPECT_EQ(to_int64(*script.find("context_length")), (std::vector<int64_t>{16}));
  EXPECT_NE(script.find("visual.bn1.running_var"), nullptr);
}

TEST(GoldenLayouts, TrainingCheckpointLosesItsWrapping) {
  TANDEM_WHOLE_GOLDEN(golden, "open_clip/no_ln_pre");
  const TensorStore store = read_state_dict(golden + "/open_clip/open_clip_pytorch_model.bin");
  EXPECT_NE(store.find("visual.conv1.weight"), nullptr);
  EXPECT_EQ(store.find("module.visual.conv1.weight"), nullptr);
}

}  // namespace
}  // namespace tandem
