// Architectures without weights, by name or as a JSON file: what a model from scratch begins with.
#pragma once

#include <string>

#include "image/preprocess.h"
#include "model/config.h"

namespace tandem {

struct Architecture {
  ModelConfig config;  ///< vocab_size may be 0: the tokenizer's
  PreprocessConfig preprocess;
};

/// A name that model/architectures.h knows, or the path of a JSON file in open_clip's form (a model
/// config, or one with preprocess_cfg beside). Errors: as parse_open_clip_config; bad_input naming
/// what is known.
Architecture read_architecture(const std::string& name_or_path);

}  // namespace tandem
