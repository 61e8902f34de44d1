// One function for each layout; open.cpp decides which.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace tandem {

/// The weights that a layout takes from a folder; "" where it has none.
std::string hugging_face_weights(const std::string& folder);
std::string open_clip_weights(const std::string& folder);

/// A folder with config.json.
Checkpoint open_hugging_face(const std::string& folder, const OpenOptions& options);

/// A folder with open_clip_config.json.
Checkpoint open_open_clip(const std::string& folder, const OpenOptions& options);

/// Weights in OpenAI's keys; the config is derived from their shapes. `path` is the file.
Checkpoint open_openai(const std::string& path, Layout layout, TensorStore weights,
                       const OpenOptions& options);

}  // namespace tandem
