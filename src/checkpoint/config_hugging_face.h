// Hugging Face's config.json and preprocessor_config.json of a CLIP, as transformers'
// CLIPConfig and CLIPImageProcessor understand them.
#pragma once

#include <array>
#include <string>

#include "base/json.h"
#include "image/preprocess.h"
#include "model/config.h"

namespace tandem {

/// Keys that are missing take transformers' defaults. model_type "clip" gives
/// both towers, "clip_vision_model" and "clip_text_model" one. `name` is the
/// file, for sentences. bad_model for values that make no sense, unsupported by
/// name for another family or an architecture without projections.
ModelConfig parse_hugging_face_config(const Json& json, const std::string& name);

/// `image_size` {height, width} is the model's. bad_model where what comes out
/// has another size; unsupported for another image processor, by name.
PreprocessConfig parse_image_processor(const Json& json, const std::string& name,
                                       std::array<int, 2> image_size);

/// CLIPImageProcessor's defaults for a model of this image size.
PreprocessConfig default_image_processor(std::array<int, 2> image_size);

/// config.json as transformers reads it; `torch_dtype` is "float32"... What it
/// cannot say is left out: the caller parses it again and compares.
OrderedJson hugging_face_config(const ModelConfig& config, const std::string& torch_dtype);

/// preprocessor_config.json. Where the rounding is not Hugging Face's, a note
/// for Tandem says whose it is. unsupported for what a CLIPImageProcessor does not do.
OrderedJson image_processor_config(const PreprocessConfig& config);

}  // namespace tandem
