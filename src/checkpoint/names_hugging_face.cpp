#include "checkpoint/names_hugging_face.h"

#include <utility>

namespace tandem {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Names outside the blocks; those that end in a dot are prefixes.
constexpr Pair kNames[] = {
    {"visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"},
    {"visual.class_embedding", "vision_model.embeddings.class_embedding"},
    {"visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"},
    {"visual.ln_pre.", "vision_model.pre_layrnorm."},  // their spelling
    {"visual.ln_post.", "vision_model.post_layernorm."},
    {"visual.proj", "visual_projection.weight"},
    {"token_embedding.weight", "text_model.embeddings.token_embedding.weight"},
    {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
    {"ln_final.", "text_model.final_layer_norm."},
    {"text_projection", "text_projection.weight"},
    {"logit_scale", "logit_scale"},
};

// Names inside a block, after "resblocks.N.".
constexpr Pair kBlockNames[] = {
    {"ln_1.", "layer_norm1."},
    {"ln_2.", "layer_norm2."},
    {"attn.out_proj.", "self_attn.out_proj."},
    {"mlp.c_fc.", "mlp.fc1."},
    {"mlp.c_proj.", "mlp.fc2."},
};

// The renamed name, or "".
template <size_t n>
std::string rename(std::string_view name, const Pair (&pairs)[n]) {
  for (const auto& [from, to] : pairs) {
    if (from.back() == '.' && name.starts_with(from))
      return std::string(to) + std::string(name.substr(from.size()));
    if (name == from) return std::string(to);
  }
  return "";
}

}  // namespace

std::string hugging_face_layer_prefix(std::string_view tower) {
  return std::string(tower) + ".encoder.layers.";
}

HuggingFaceSource hugging_face_source(std::string_view canonical) {
  const bool image = canonical.starts_with("visual.");
  const std::string_view blocks =
      image ? "visual.transformer.resblocks." : "transformer.resblocks.";
  if (!canonical.starts_with(blocks)) {
    const std::string name = rename(canonical, kNames);
    if (name.empty()) return {};
    return {{name}, canonical == "visual.proj" || canonical == "text_projection"};
  }
  canonical.remove_prefix(blocks.size());
  const size_t dot = canonical.find('.') + 1;
  const std::string prefix = hugging_face_layer_prefix(image ? "vision_model" : "text_model") +
                             std::string(canonical.substr(0, dot));
  const std::string_view inside = canonical.substr(dot);
  if (inside == "attn.in_proj_weight" || inside == "attn.in_proj_bias") {
    const std::string ending = inside.ends_with("weight") ? ".weight" : ".bias";
    return {{prefix + "self_attn.q_proj" + ending, prefix + "self_attn.k_proj" + ending,
             prefix + "self_attn.v_proj" + ending}};
  }
  const std::string name = rename(inside, kBlockNames);
  if (name.empty()) return {};
  return {{prefix + name}};
}

}  // namespace tandem
