// Architectures without weights, by name or as a JSON file: what a model from scratch begins with.
#pragma once

#include <string>
#include <vector>

#include "image/preprocess.h"
#include "model/config.h"

namespace tandem {

struct Architecture {
  ModelConfig config;  ///< vocab_size 0: the tokenizer's
  PreprocessConfig preprocess;
};

/// A name that model/architectures.h knows ("ViT-B/32"); or the name of a JSON file in
/// architecture_folders() ("ViT-S-16-112"), the first that has it; or the path of a JSON file.
/// Files are in open_clip's form: a model config, or one with preprocess_cfg beside; without
/// vocab_size the tokenizer decides. Errors: as parse_open_clip_config; bad_input naming what is
/// known.
Architecture read_architecture(const std::string& name_or_path);

/// Every name that read_architecture takes, files' names sorted.
std::vector<std::string> architecture_names();

}  // namespace tandem
