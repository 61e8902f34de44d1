#include "model/config.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"

namespace tandem {
namespace {

// Far above any CLIP that was published (bigG: width 1664, 48 layers), so that a
// damaged config cannot ask for absurd amounts of memory.
constexpr int kMaxSize = 1 << 16;
constexpr int kMaxVocabulary = 1 << 24;

struct Checker {
  const std::string& name;

  void size(int value, const char* what, int limit = kMaxSize) const {
    if (value < 1 || value > limit)
      fail(ErrorKind::bad_model, "{}: {} is {}, which must be from 1 to {}; get the config again",
           name, what, value, limit);
  }

  void transformer(const TransformerConfig& config, const char* tower) const {
    size(config.width, "width");
    size(config.layers, "layers", 1024);
    size(config.heads, "heads");
    size(config.mlp_width, "the MLP's width", 1 << 20);
    if (config.width % config.heads != 0)
      fail(ErrorKind::bad_model, "{}: {} heads do not divide the {} tower's width of {}", name,
           config.heads, tower, config.width);
    if (!(config.layer_norm_eps > 0 && config.layer_norm_eps < 1))
      fail(ErrorKind::bad_model, "{}: a layer norm epsilon of {} makes no sense", name,
           config.layer_norm_eps);
    if (config.qk_norm && config.scaled_cosine_attn)
      fail(ErrorKind::bad_model, "{}: qk_norm and scaled_cosine_attn exclude each other", name);
  }

  void operator()(const VisionTransformerConfig& config) const {
    size(config.image_height, "the picture's height");
    size(config.image_width, "the picture's width");
    size(config.patch_height, "the patch's height", config.image_height);
    size(config.patch_width, "the patch's width", config.image_width);
    if (int64_t{config.grid_height()} * config.grid_width() > kMaxSize)
      fail(ErrorKind::bad_model, "{}: {} x {} patches are more than {}; get the config again", name,
           config.grid_height(), config.grid_width(), kMaxSize);
    transformer(config.transformer, "image");
    if (!config.attentional_pool) return;
    size(config.pooler_queries, "attn_pooler_queries");
    size(config.pooler_heads, "attn_pooler_heads");
    if (config.pool == ImagePool::mean && config.pooler_queries < 2)
      fail(ErrorKind::bad_model, "{}: the mean of an attentional pooler needs two queries", name);
  }

  void operator()(const ModifiedResNetConfig& config) const {
    size(config.image_size, "the picture's size");
    size(config.width, "width", 1 << 12);
    for (const int blocks : config.layers) size(blocks, "layers", 1024);
    size(config.heads, "heads");
    if (config.image_size % 32 != 0 || config.width % 2 != 0 ||
        config.pool_width() % config.heads != 0)
      fail(ErrorKind::bad_model,
           "{}: a ModifiedResNet of width {}, size {} and {} heads does not exist; sizes are "
           "multiples of 32, widths even",
           name, config.width, config.image_size, config.heads);
  }
};

OrderedJson to_json(const TransformerConfig& config) {
  return {{"width", config.width},
          {"layers", config.layers},
          {"heads", config.heads},
          {"mlp_width", config.mlp_width},
          {"activation", name_of(config.activation)},
          {"layer_norm_eps", config.layer_norm_eps},
          {"layer_scale", config.layer_scale},
          {"qk_norm", config.qk_norm},
          {"scaled_cosine_attn", config.scaled_cosine_attn},
          {"scale_heads", config.scale_heads},
          {"scale_attn_inner", config.scale_attn_inner},
          {"scale_attn", config.scale_attn},
          {"scale_fc", config.scale_fc}};
}

OrderedJson to_json(const VisionTransformerConfig& config) {
  return {{"kind", "VisionTransformer"},
          {"image_size", {config.image_height, config.image_width}},
          {"patch_size", {config.patch_height, config.patch_width}},
          {"ln_pre", config.ln_pre},
          {"pool", config.pool == ImagePool::mean ? "mean" : "class_token"},
          {"final_ln_after_pool", config.final_ln_after_pool},
          {"attentional_pool", config.attentional_pool},
          {"pooler_queries", config.attentional_pool ? config.pooler_queries : 0},
          {"pooler_heads", config.attentional_pool ? config.pooler_heads : 0},
          {"transformer", to_json(config.transformer)}};
}

OrderedJson to_json(const ModifiedResNetConfig& config) {
  return {{"kind", "ModifiedResNet"},
          {"image_size", config.image_size},
          {"width", config.width},
          {"layers", config.layers},
          {"heads", config.heads}};
}

OrderedJson to_json(const TextTransformerConfig& config) {
  constexpr const char* kProjections[] = {"matrix", "linear", "none"};
  return {{"context_length", config.context_length},
          {"vocab_size", config.vocab_size},
          {"causal", config.causal},
          {"pool", name_of(config.pool)},
          {"eos_id", config.pool == TextPool::eos ? config.eos_id : -1},
          {"class_row", config.class_row},
          {"pad_id", config.class_row ? config.pad_id : 0},
          {"projection", kProjections[static_cast<int>(config.projection)]},
          {"transformer", to_json(config.transformer)}};
}

}  // namespace

const char* name_of(Activation activation) {
  switch (activation) {
    case Activation::quick_gelu: return "quick_gelu";
    case Activation::gelu: return "gelu";
    case Activation::gelu_tanh: return "gelu_tanh";
  }
  return "";
}

const char* name_of(TextPool pool) {
  switch (pool) {
    case TextPool::argmax: return "argmax";
    case TextPool::eos: return "eos";
    case TextPool::first: return "first";
    case TextPool::last: return "last";
  }
  return "";
}

std::array<int, 2> ModelConfig::image_size() const {
  if (!image) return {0, 0};
  if (const auto* vit = std::get_if<VisionTransformerConfig>(&*image))
    return {vit->image_height, vit->image_width};
  const int size = std::get<ModifiedResNetConfig>(*image).image_size;
  return {size, size};
}

void validate(const ModelConfig& config, const std::string& name) {
  const Checker check{name};
  check.size(config.embed_dim, "embed_dim");
  if (!config.image && !config.text) fail(ErrorKind::bad_model, "{}: has no tower", name);
  if (config.image) std::visit(check, *config.image);
  if (config.image)
    if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config.image);
        vit && vit->attentional_pool && config.embed_dim % vit->pooler_heads != 0)
      fail(ErrorKind::bad_model, "{}: {} attn_pooler_heads do not divide embed_dim {}", name,
           vit->pooler_heads, config.embed_dim);
  if (!config.text) return;
  check.size(config.text->context_length, "context_length");
  check.size(config.text->vocab_size, "vocab_size", kMaxVocabulary);
  check.transformer(config.text->transformer, "text");
  if (config.text->projection == TextProjection::none &&
      config.text->transformer.width != config.embed_dim)
    fail(ErrorKind::bad_model,
         "{}: without a text projection the text tower's width {} must be embed_dim {}", name,
         config.text->transformer.width, config.embed_dim);
}

std::string describe(const ModelConfig& config) {
  OrderedJson json{{"embed_dim", config.embed_dim}, {"logit_bias", config.logit_bias}};
  if (config.image)
    json["image"] = std::visit([](const auto& image) { return to_json(image); }, *config.image);
  if (config.text) json["text"] = to_json(*config.text);
  return to_line(json);
}

std::string architecture_name(const ModelConfig& config) {
  if (!config.image) return "";
  if (const auto* resnet = std::get_if<ModifiedResNetConfig>(&*config.image)) {
    struct Known {
      const char* name;
      int width;
      std::array<int, 4> layers;
      int size;
    };
    static constexpr Known kKnown[] = {{"RN50", 64, {3, 4, 6, 3}, 224},
                                       {"RN101", 64, {3, 4, 23, 3}, 224},
                                       {"RN50x4", 80, {4, 6, 10, 6}, 288},
                                       {"RN50x16", 96, {6, 8, 18, 8}, 384},
                                       {"RN50x64", 128, {3, 15, 36, 10}, 448}};
    for (const auto& known : kKnown)
      if (resnet->width == known.width && resnet->layers == known.layers &&
          resnet->image_size == known.size)
        return known.name;
    return "";
  }
  const auto& vit = std::get<VisionTransformerConfig>(*config.image);
  struct Known {
    const char* letter;
    int width, layers;
  };
  // open_clip's model_configs: the letter is the width and depth of the picture tower.
  static constexpr Known kKnown[] = {{"S", 384, 12},     {"M", 512, 12},  {"B", 768, 12},
                                     {"L", 1024, 24},    {"H", 1280, 32}, {"g", 1408, 40},
                                     {"bigG", 1664, 48}, {"e", 1792, 56}};
  for (const auto& known : kKnown)
    if (vit.transformer.width == known.width && vit.transformer.layers == known.layers) {
      const std::string size =
          vit.image_height == 224 ? "" : "-" + std::to_string(vit.image_height);
      return std::string("ViT-") + known.letter + "/" + std::to_string(vit.patch_height) + size;
    }
  return "";
}

}  // namespace tandem
