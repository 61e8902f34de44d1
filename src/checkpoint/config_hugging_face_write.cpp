// config.json in Hugging Face's words.
#include <nlohmann/json.hpp>

#include "checkpoint/config_hugging_face.h"

namespace tandem {
namespace {

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::quick_gelu: return "quick_gelu";
    case Activation::gelu: return "gelu";
    case Activation::gelu_tanh: return "gelu_pytorch_tanh";
  }
  return "";
}

void add_transformer(OrderedJson& tower, const TransformerConfig& config, int embed_dim) {
  tower["hidden_size"] = config.width;
  tower["intermediate_size"] = config.mlp_width;
  tower["num_hidden_layers"] = config.layers;
  tower["num_attention_heads"] = config.heads;
  tower["hidden_act"] = activation_name(config.activation);
  tower["layer_norm_eps"] = config.layer_norm_eps;
  tower["projection_dim"] = embed_dim;
}

OrderedJson vision_config(const VisionTransformerConfig& config, int embed_dim) {
  OrderedJson tower{{"model_type", "clip_vision_model"},
                    {"image_size", config.image_height},
                    {"patch_size", config.patch_height},
                    {"num_channels", 3}};
  add_transformer(tower, config.transformer, embed_dim);
  return tower;
}

OrderedJson text_config(const TextTransformerConfig& config, int embed_dim) {
  // 2 stands for the largest id, see parse_hugging_face_config.
  OrderedJson tower{{"model_type", "clip_text_model"},
                    {"vocab_size", config.vocab_size},
                    {"max_position_embeddings", config.context_length},
                    {"bos_token_id", 0},
                    {"eos_token_id", config.pool == TextPool::eos ? config.eos_id : 2},
                    {"pad_token_id", 1}};
  add_transformer(tower, config.transformer, embed_dim);
  return tower;
}

}  // namespace

OrderedJson hugging_face_config(const ModelConfig& config, const std::string& torch_dtype) {
  const auto* vit = config.image ? std::get_if<VisionTransformerConfig>(&*config.image) : nullptr;
  OrderedJson json;
  if (vit != nullptr && config.text) {
    json = {{"architectures", {"CLIPModel"}}, {"model_type", "clip"}};
    json["projection_dim"] = config.embed_dim;
    json["logit_scale_init_value"] = 2.6592;  // what training starts from; the weights decide
    json["text_config"] = text_config(*config.text, config.embed_dim);
    json["vision_config"] = vision_config(*vit, config.embed_dim);
  } else if (vit != nullptr) {
    json = vision_config(*vit, config.embed_dim);
    json["architectures"] = {"CLIPVisionModelWithProjection"};
  } else if (config.text) {
    json = text_config(*config.text, config.embed_dim);
    json["architectures"] = {"CLIPTextModelWithProjection"};
  }
  json["torch_dtype"] = torch_dtype;
  return json;
}

}  // namespace tandem
