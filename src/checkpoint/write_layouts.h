// The files of one layout, written into a folder that exists.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"

namespace tandem {

/// Tensors under the names of a layout, and the memory of those that had to be made.
struct LayoutTensors {
  std::vector<NamedTensor> tensors;
  TensorStore owned;
};

/// The tensor in another floating type, nearest even; itself where it has that
/// type or none is asked for.
TensorView in_type(const TensorView& tensor, std::optional<DType> dtype, TensorStore& owned);

/// config.json, model.safetensors, preprocessor_config.json. unsupported, by
/// name, for what Hugging Face's CLIP does not have.
void write_hugging_face(const Checkpoint& checkpoint, const std::string& folder,
                        std::optional<DType> dtype);

/// open_clip_config.json, open_clip_model.safetensors. `tokenizer_files`: the
/// folder gets tokenizer files, which open_clip must take.
void write_open_clip(const Checkpoint& checkpoint, const std::string& folder,
                     std::optional<DType> dtype, bool tokenizer_files);

/// unsupported where what was written (`said`, parsed again) is not the config:
/// the sentence names the field that the layout cannot say.
void check_said(const ModelConfig& config, const ModelConfig& said, const char* layout);

}  // namespace tandem
