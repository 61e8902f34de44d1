// open_clip_config.json in open_clip's words.
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/config_open_clip.h"

namespace tandem {
namespace {

// open_clip takes int(width * ratio): the quotient, or the next number above
// where the product falls short of it.
double mlp_ratio(int width, int mlp_width) {
  double ratio = static_cast<double>(mlp_width) / width;
  while (static_cast<int>(width * ratio) < mlp_width) ratio = std::nextafter(ratio, HUGE_VAL);
  return ratio;
}

void add_transformer(OrderedJson& tower, const TransformerConfig& config) {
  tower["width"] = config.width;
  tower["layers"] = config.layers;
  if (config.mlp_width != 4 * config.width)
    tower["mlp_ratio"] = mlp_ratio(config.width, config.mlp_width);
  if (config.activation == Activation::gelu_tanh) tower["act_kwargs"] = {{"approximate", "tanh"}};
  if (config.layer_norm_eps != 1e-5) tower["norm_kwargs"] = {{"eps", config.layer_norm_eps}};
  if (config.layer_scale) tower["ls_init_value"] = 1e-5;  // the weights decide
  if (config.qk_norm) tower["qk_norm"] = true;
  if (config.scaled_cosine_attn) tower["scaled_cosine_attn"] = true;
  if (config.scale_heads) tower["scale_heads"] = true;
  if (config.scale_attn_inner) tower["scale_attn_inner"] = true;
  if (config.scale_attn) tower["scale_attn"] = true;
  if (config.scale_fc) tower["scale_fc"] = true;
}

OrderedJson one_or_two(int height, int width) {
  return height == width ? OrderedJson(height) : OrderedJson{height, width};
}

OrderedJson vision_config(const VisionTransformerConfig& config) {
  OrderedJson tower{{"image_size", one_or_two(config.image_height, config.image_width)},
                    {"patch_size", one_or_two(config.patch_height, config.patch_width)}};
  add_transformer(tower, config.transformer);
  tower["head_width"] = config.transformer.head_width();
  if (!config.ln_pre) tower["no_ln_pre"] = true;
  if (config.patch_dropout > 0) tower["patch_dropout"] = config.patch_dropout;
  if (config.pool == ImagePool::mean) tower["pool_type"] = "avg";
  if (config.final_ln_after_pool) tower["final_ln_after_pool"] = true;
  if (!config.attentional_pool) return tower;
  tower["attentional_pool"] = true;
  tower["attn_pooler_queries"] = config.pooler_queries;
  tower["attn_pooler_heads"] = config.pooler_heads;
  return tower;
}

OrderedJson vision_config(const ModifiedResNetConfig& config) {
  return {{"image_size", config.image_size},
          {"layers", config.layers},
          {"width", config.width},
          {"head_width", config.pool_width() / config.heads},
          {"patch_size", nullptr}};
}

const char* clean_name(Cleaning cleaning) {
  switch (cleaning) {
    case Cleaning::canonicalize: return "canonicalize";
    case Cleaning::whitespace: return "whitespace";
    case Cleaning::whitespace_underscore: return "whitespace_underscore";
    default: return "lower";
  }
}

OrderedJson text_config(const TextTransformerConfig& config, Cleaning cleaning,
                        bool hugging_face_tokenizer) {
  OrderedJson tower{{"context_length", config.context_length},
                    {"vocab_size", config.vocab_size},
                    {"heads", config.transformer.heads}};
  add_transformer(tower, config.transformer);
  if (!config.causal) tower["no_causal_mask"] = true;
  if (config.class_row) {
    tower["embed_cls"] = true;
    tower["pad_id"] = config.pad_id;
  } else if (config.pool != TextPool::argmax) {
    tower["pool_type"] = name_of(config.pool);
  }
  if (config.pool == TextPool::eos) tower["eos_id"] = config.eos_id;
  if (config.projection == TextProjection::linear) tower["proj_bias"] = true;
  if (config.projection == TextProjection::none) tower["proj_type"] = "none";
  // For a local folder open_clip takes the files beside the config, whatever name this is.
  if (hugging_face_tokenizer) tower["hf_tokenizer_name"] = "openai/clip-vit-base-patch32";
  const char* clean = clean_name(cleaning);
  const bool is_default = !hugging_face_tokenizer && std::string_view(clean) == "lower";
  if (!is_default && cleaning != Cleaning::hugging_face)
    tower["tokenizer_kwargs"] = {{"clean", clean}};
  return tower;
}

const char* filter_name(Filter filter) {
  if (filter == Filter::bicubic) return "bicubic";
  if (filter == Filter::bilinear) return "bilinear";
  fail(ErrorKind::unsupported,
       "the open_clip layout cannot say that pictures are resized by another filter than bicubic "
       "and "
       "bilinear; write the Hugging Face layout");
}

// What Hugging Face's processor does must be one of open_clip's three ways.
ResizeMode mode_of(const PreprocessConfig& config) {
  if (config.kind != PreprocessKind::hugging_face) return config.resize_mode;
  const bool same_size =
      config.resize_height == config.height && config.resize_width == config.width;
  if (!config.do_resize || !config.do_rescale || !config.do_normalize || !config.convert_rgb ||
      config.rescale_factor != 1.0 / 255.0 || !same_size ||
      config.resize_shortest_edge != config.do_center_crop)
    fail(ErrorKind::unsupported,
         "the open_clip layout cannot say what this preprocessor_config.json does (pictures are "
         "resized and cropped to the image size, divided by 255 and normalised there); write the "
         "Hugging Face layout");
  return config.resize_shortest_edge ? ResizeMode::shortest : ResizeMode::squash;
}

OrderedJson preprocess_config(const PreprocessConfig& config) {
  constexpr const char* kModes[] = {"shortest", "longest", "squash"};
  OrderedJson json{{"size", one_or_two(config.height, config.width)},
                   {"mode", "RGB"},
                   {"mean", config.mean},
                   {"std", config.std},
                   {"interpolation", filter_name(config.interpolation)},
                   {"resize_mode", kModes[static_cast<int>(mode_of(config))]},
                   {"fill_color", config.fill_color}};
  if (config.kind != PreprocessKind::open_clip)
    json["tandem"] = {
        {"rounding", config.kind == PreprocessKind::openai ? "openai" : "hugging_face"}};
  return json;
}

}  // namespace

bool needs_custom_text(const ModelConfig& model) {
  return model.text && (model.text->class_row || model.text->pool != TextPool::argmax ||
                        model.text->projection != TextProjection::matrix);
}

OrderedJson open_clip_config(const ModelConfig& model, const PreprocessConfig& preprocess,
                             Cleaning cleaning, bool hugging_face_tokenizer) {
  if (!model.image || !model.text)
    fail(ErrorKind::unsupported,
         "the open_clip layout needs both towers; write the Hugging Face layout");
  OrderedJson config{{"embed_dim", model.embed_dim}};
  config["vision_cfg"] =
      std::visit([](const auto& image) { return vision_config(image); }, *model.image);
  config["text_cfg"] = text_config(*model.text, cleaning, hugging_face_tokenizer);
  if (model.text->transformer.activation == Activation::quick_gelu) config["quick_gelu"] = true;
  if (needs_custom_text(model)) config["custom_text"] = true;
  if (model.logit_bias) config["init_logit_bias"] = -10.0;  // SigLIP's start; the weights decide
  return {{"model_cfg", config}, {"preprocess_cfg", preprocess_config(preprocess)}};
}

}  // namespace tandem
