#include "checkpoint/config_hugging_face.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/config_object.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

// transformers' configuration_clip.py
constexpr int kProjectionDim = 512;
constexpr int kEndToken = 49407;

// The names of transformers' ACT2FN that are one of the three activations.
Activation activation_of(const ConfigObject& tower) {
  const std::string name = tower.text("hidden_act", "quick_gelu");
  if (name == "quick_gelu") return Activation::quick_gelu;
  if (name == "gelu" || name == "gelu_python") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_python_tanh" ||
      name == "gelu_fast" || name == "gelu_accurate")
    return Activation::gelu_tanh;
  fail(ErrorKind::unsupported,
       "{} is {}, which no CLIP uses; Tandem has quick_gelu, gelu and "
       "gelu_pytorch_tanh",
       tower.where("hidden_act"), quote_name(name));
}

TransformerConfig transformer_of(const ConfigObject& tower, int width, int heads, int mlp_width) {
  TransformerConfig config;
  config.width = tower.integer("hidden_size", width);
  config.layers = tower.integer("num_hidden_layers", 12);
  config.heads = tower.integer("num_attention_heads", heads);
  config.mlp_width = tower.integer("intermediate_size", mlp_width);
  config.activation = activation_of(tower);
  config.layer_norm_eps = tower.number("layer_norm_eps", 1e-5);
  return config;
}

VisionTransformerConfig vision_of(const ConfigObject& tower) {
  VisionTransformerConfig config;
  config.image_height = config.image_width = tower.integer("image_size", 224);
  config.patch_height = config.patch_width = tower.integer("patch_size", 32);
  config.transformer = transformer_of(tower, 768, 12, 3072);
  if (const int channels = tower.integer("num_channels", 3); channels != 3)
    fail(ErrorKind::unsupported, "{} is {}; Tandem's pictures have 3 channels",
         tower.where("num_channels"), channels);
  return config;
}

TextTransformerConfig text_of(const ConfigObject& tower) {
  TextTransformerConfig config;
  config.context_length = tower.integer("max_position_embeddings", 77);
  config.vocab_size = tower.integer("vocab_size", 49408);
  config.transformer = transformer_of(tower, 512, 8, 2048);
  // 2 was written into configs by mistake for years; transformers takes it for
  // the rule of that time, the largest id.
  const int eos = tower.integer("eos_token_id", kEndToken);
  config.pool = eos == 2 ? TextPool::argmax : TextPool::eos;
  if (config.pool == TextPool::eos) config.eos_id = eos;
  return config;
}

// A tower's config inside CLIPConfig. The legacy `*_config_dict` is completed
// with defaults and then replaces every key that it knows (transformers'
// CLIPConfig), so what only `*_config` says of those keys is lost.
ConfigObject tower_of(const ConfigObject& config, const char* key, const char* legacy_key) {
  return config.has(legacy_key) ? config.object(legacy_key) : config.object(key);
}

std::string first_architecture(const ConfigObject& config) {
  if (!config.has("architectures")) return "";
  const Json& list = config.at("architectures");
  return list.is_array() && !list.empty() && list[0].is_string() ? list[0].get<std::string>() : "";
}

// "clip", "clip_vision_model" or "clip_text_model".
std::string model_type_of(const ConfigObject& config, const std::string& name) {
  std::string type = config.text("model_type", "");
  const std::string architecture = first_architecture(config);
  if (type.empty() &&
      (architecture == "CLIPModel" || config.has("text_config") || config.has("vision_config")))
    type = "clip";
  if (type == "clip" || type == "clip_vision_model" || type == "clip_text_model") {
    static constexpr const char* kOpened[] = {"", "CLIPModel", "CLIPVisionModelWithProjection",
                                              "CLIPTextModelWithProjection"};
    if (std::find(std::begin(kOpened), std::end(kOpened), architecture) == std::end(kOpened))
      fail(
          ErrorKind::unsupported,
          "{}: the architecture is {}, which gives no embeddings of the shared space; Tandem opens "
          "CLIPModel, CLIPVisionModelWithProjection and CLIPTextModelWithProjection",
          name, quote_name(architecture));
    if (architecture == "CLIPVisionModelWithProjection") return "clip_vision_model";
    if (architecture == "CLIPTextModelWithProjection") return "clip_text_model";
    return type;
  }
  if (type.empty())
    fail(ErrorKind::bad_model,
         "{}: names no model_type; a CLIP of Hugging Face says \"clip\" there", name);
  fail(ErrorKind::unsupported,
       "{}: the model is of the family {}, which Tandem does not open yet; it opens CLIP "
       "(model_type \"clip\")",
       name, quote_name(type));
}

}  // namespace

ModelConfig parse_hugging_face_config(const Json& json, const std::string& name) {
  const ConfigObject config(json, name);
  const std::string type = model_type_of(config, name);
  ModelConfig model;
  if (type == "clip") {
    model.embed_dim = config.integer("projection_dim", kProjectionDim);
    model.image = vision_of(tower_of(config, "vision_config", "vision_config_dict"));
    model.text = text_of(tower_of(config, "text_config", "text_config_dict"));
  } else if (type == "clip_vision_model") {
    // A whole CLIPConfig may stand beside one tower's weights.
    const auto tower = config.has("vision_config")
                           ? tower_of(config, "vision_config", "vision_config_dict")
                           : config;
    model.embed_dim = tower.integer("projection_dim", kProjectionDim);
    model.image = vision_of(tower);
  } else {
    const auto tower =
        config.has("text_config") ? tower_of(config, "text_config", "text_config_dict") : config;
    model.embed_dim = tower.integer("projection_dim", kProjectionDim);
    model.text = text_of(tower);
  }
  validate(model, name);
  return model;
}

}  // namespace tandem
