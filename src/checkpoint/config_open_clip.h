// open_clip_config.json: the native towers' configs, the preprocessing and the
// tokenizer's settings, as open_clip's factory understands them.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "image/preprocess.h"
#include "model/config.h"
#include "text/tokenizer.h"

namespace tandem {

struct OpenClipConfig {
  ModelConfig model;
  PreprocessConfig preprocess;
  bool has_preprocess = false;  ///< preprocess_cfg was there
  Cleaning cleaning = Cleaning::open_clip;
  std::vector<std::string> additional_specials;  ///< tokenizer_kwargs.additional_special_tokens
  /// Why Tandem has no tokenizer of this kind ("" where it has).
  std::string tokenizer_obstacle;
};

/// Either {"model_cfg", "preprocess_cfg"} or a bare model config. bad_model for
/// values that make no sense or that open_clip refuses, unsupported by name for
/// towers of other families.
OpenClipConfig parse_open_clip_config(const Json& json, const std::string& name);

/// The config as open_clip reads it; unsupported, by name, for preprocessing that
/// it cannot say, and where a tower is missing. What else it cannot say is left
/// out: the caller parses it again and compares. Where the rounding of pictures
/// is not open_clip's, a note for Tandem says whose. `hugging_face_tokenizer`: the folder holds
/// tokenizer files of its own that open_clip must take instead of its built-in vocabulary.
OrderedJson open_clip_config(const ModelConfig& model, const PreprocessConfig& preprocess,
                             Cleaning cleaning, bool hugging_face_tokenizer);

/// open_clip keeps this text tower under "text." (CustomTextCLIP).
bool needs_custom_text(const ModelConfig& model);

}  // namespace tandem
