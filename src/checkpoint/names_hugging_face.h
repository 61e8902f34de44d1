// Hugging Face's tensor names of a CLIPModel, and the canonical ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Where a canonical tensor comes from: one tensor, or three (q, k, v) whose
/// rows follow each other; transposed for the projections.
struct HuggingFaceSource {
  std::vector<std::string> names;
  bool transposed = false;
};

/// For every name of a weight table that Hugging Face has; no names otherwise.
HuggingFaceSource hugging_face_source(std::string_view canonical);

/// Layers of a tower in Hugging Face's names; `tower` is "vision_model" or "text_model".
std::string hugging_face_layer_prefix(std::string_view tower);

}  // namespace tandem
