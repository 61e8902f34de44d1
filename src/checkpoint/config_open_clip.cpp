#include "checkpoint/config_open_clip.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/fail.h"
#include "checkpoint/config_object.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

[[noreturn]] void other_family(const ConfigObject& object, const char* key,
                               const std::string& what) {
  fail(ErrorKind::unsupported,
       "{} asks for {}, which Tandem does not open yet; it opens open_clip's own ViT, ResNet and "
       "text transformers",
       object.where(key), what);
}

// QuickGELU where the model says so, else GELU; act_kwargs are those of torch.nn.GELU.
Activation activation_of(const ConfigObject& tower, bool quick_gelu) {
  const auto options = tower.object("act_kwargs");
  Activation activation = quick_gelu ? Activation::quick_gelu : Activation::gelu;
  for (const auto& key : options.keys()) {
    const std::string value = options.text(key, "");
    if (quick_gelu || key != "approximate" || (value != "tanh" && value != "none"))
      fail(ErrorKind::bad_model, "{} holds {} = {}, which {} does not take; get the config again",
           tower.where("act_kwargs"), quote_name(key), quote_name(value),
           quick_gelu ? "QuickGELU" : "GELU");
    if (value == "tanh") activation = Activation::gelu_tanh;
  }
  return activation;
}

double epsilon_of(const ConfigObject& tower) {
  const auto options = tower.object("norm_kwargs");
  for (const auto& key : options.keys())
    if (key != "eps")
      fail(ErrorKind::unsupported, "{} holds {}, which Tandem does not know; it knows eps",
           tower.where("norm_kwargs"), quote_name(key));
  return options.number("eps", 1e-5);
}

// Python's int(width * ratio), in double as there.
int mlp_width_of(const ConfigObject& tower, int width) {
  const double product = width * tower.number("mlp_ratio", 4.0);
  if (!(product >= 1 && product < 1 << 30))
    fail(ErrorKind::bad_model, "{} gives an MLP of width {}; get the config again",
         tower.where("mlp_ratio"), product);
  return static_cast<int>(product);
}

// The rarer options count only where a custom block is built: where block_type
// says so, or says nothing and one of them is on.
void read_block_options(const ConfigObject& tower, TransformerConfig& config) {
  config.layer_scale = tower.has("ls_init_value");
  const std::string block_type = tower.text("block_type", "custom");
  if (block_type != "custom") return;
  config.qk_norm = tower.boolean("qk_norm", false);
  config.scaled_cosine_attn = tower.boolean("scaled_cosine_attn", false);
  config.scale_heads = tower.boolean("scale_heads", false);
  config.scale_attn_inner = tower.boolean("scale_attn_inner", false);
  config.scale_attn = tower.boolean("scale_attn", false);
  config.scale_fc = tower.boolean("scale_fc", false);
}

TransformerConfig transformer_of(const ConfigObject& tower, int width, int heads, bool quick_gelu) {
  TransformerConfig config;
  config.width = width;
  config.layers = tower.integer("layers", 12);
  config.heads = heads;
  config.mlp_width = mlp_width_of(tower, width);
  config.activation = activation_of(tower, quick_gelu);
  config.layer_norm_eps = epsilon_of(tower);
  read_block_options(tower, config);
  return config;
}

int head_width_of(const ConfigObject& tower) {
  const int head_width = tower.integer("head_width", 64);
  if (head_width < 1)
    fail(ErrorKind::bad_model, "{} is {}; get the config again", tower.where("head_width"),
         head_width);
  return head_width;
}

ModifiedResNetConfig resnet_of(const ConfigObject& tower) {
  ModifiedResNetConfig config;
  const auto layers = tower.integers("layers");
  if (layers.size() != config.layers.size())
    fail(ErrorKind::bad_model,
         "{} lists {} stages where a ModifiedResNet has 4; get the config "
         "again",
         tower.where("layers"), layers.size());
  std::copy(layers.begin(), layers.end(), config.layers.begin());
  const auto size = tower.pair("image_size", {224, 224});
  if (size[0] != size[1])
    fail(ErrorKind::unsupported, "{} is {} x {}; a ModifiedResNet takes square pictures",
         tower.where("image_size"), size[0], size[1]);
  config.image_size = size[0];
  config.width = tower.integer("width", 768);
  if (config.width < 1 || config.width > 1 << 16)
    fail(ErrorKind::bad_model, "{} is {}; get the config again", tower.where("width"),
         config.width);
  config.heads = config.width * 32 / head_width_of(tower);
  return config;
}

void read_image_pool(const ConfigObject& tower, VisionTransformerConfig& config) {
  if (tower.has("attentional_pool") && tower.at("attentional_pool").is_string())
    other_family(tower, "attentional_pool",
                 "the " + quote_name(tower.text("attentional_pool", "")) + " pooling");
  config.attentional_pool = tower.boolean("attentional_pool", false);
  config.pooler_queries = tower.integer("attn_pooler_queries", 256);
  config.pooler_heads = tower.integer("attn_pooler_heads", 8);
  const std::string pool = tower.text("pool_type", "tok");
  if (pool == "none") other_family(tower, "pool_type", "no pooling, which gives no embedding");
  if (pool != "tok" && pool != "avg")
    fail(ErrorKind::bad_model, "{} is {}; open_clip has tok and avg", tower.where("pool_type"),
         quote_name(pool));
  config.pool = pool == "avg" ? ImagePool::mean : ImagePool::class_token;
  // The reference ignores it beside an attentional pooler; beside a class token
  // both orders are one.
  config.final_ln_after_pool = tower.boolean("final_ln_after_pool", false) &&
                               !config.attentional_pool && config.pool == ImagePool::mean;
}

ImageConfig image_of(const ConfigObject& tower, bool quick_gelu) {
  if (const auto timm = tower.text("timm_model_name", ""); !timm.empty())
    other_family(tower, "timm_model_name", "the timm tower " + quote_name(timm));
  if (tower.has("layers") && tower.at("layers").is_array()) return resnet_of(tower);
  VisionTransformerConfig config;
  const int width = tower.integer("width", 768);
  const auto size = tower.pair("image_size", {224, 224});
  const auto patch = tower.pair("patch_size", {16, 16});
  config.image_height = size[0];
  config.image_width = size[1];
  config.patch_height = patch[0];
  config.patch_width = patch[1];
  config.transformer = transformer_of(tower, width, width / head_width_of(tower), quick_gelu);
  config.ln_pre = !tower.boolean("no_ln_pre", false);
  config.patch_dropout = tower.number("patch_dropout", 0);
  const std::string positions = tower.text("pos_embed_type", "learnable");
  if (positions != "learnable" && positions != "sin_cos_2d")
    fail(ErrorKind::bad_model, "{} is {}; open_clip has learnable and sin_cos_2d",
         tower.where("pos_embed_type"), quote_name(positions));
  read_image_pool(tower, config);
  return config;
}

void read_text_pool(const ConfigObject& tower, TextTransformerConfig& config) {
  const std::string pool = tower.text("pool_type", "argmax");
  if (pool == "none") other_family(tower, "pool_type", "no pooling, which gives no embedding");
  if (pool == "argmax")
    config.pool = TextPool::argmax;
  else if (pool == "eos")
    config.pool = TextPool::eos;
  else if (pool == "first")
    config.pool = TextPool::first;
  else if (pool == "last")
    config.pool = TextPool::last;
  else
    fail(ErrorKind::bad_model, "{} is {}; open_clip has argmax, eos, first and last",
         tower.where("pool_type"), quote_name(pool));
  if (config.pool == TextPool::eos) config.eos_id = tower.integer("eos_id");
}

void refuse_other_text(const ConfigObject& tower) {
  if (const auto arch = tower.text("text_arch", "clip"); arch != "clip")
    other_family(tower, "text_arch", "the text tower " + quote_name(arch));
  if (const auto name = tower.text("hf_model_name", ""); !name.empty())
    other_family(tower, "hf_model_name", "Hugging Face's text tower " + quote_name(name));
  if (tower.boolean("variable_text", false))
    other_family(tower, "variable_text", "texts without padding");
}

TextTransformerConfig text_of(const ConfigObject& tower, bool quick_gelu, bool custom_text) {
  refuse_other_text(tower);
  TextTransformerConfig config;
  config.context_length = tower.integer("context_length", 77);
  config.vocab_size = tower.integer("vocab_size", 49408);
  config.transformer =
      transformer_of(tower, tower.integer("width", 512), tower.integer("heads", 8), quick_gelu);
  config.causal = !tower.boolean("no_causal_mask", false);
  config.pad_id = tower.integer("pad_id", 0);
  config.class_row = tower.boolean("embed_cls", false);
  if (config.class_row && !custom_text)
    fail(ErrorKind::bad_model,
         "{} needs custom_text, without which open_clip cannot run it; get the "
         "config again",
         tower.where("embed_cls"));
  read_text_pool(tower, config);
  // A class row is what is pooled, whatever pool_type says.
  if (config.class_row) config.pool = TextPool::argmax;
  const std::string projection = tower.text("proj_type", "linear");
  if (projection == "none")
    config.projection = TextProjection::none;
  else if (tower.boolean("proj_bias", false))
    config.projection = TextProjection::linear;
  return config;
}

// Folders that Tandem wrote say whose rounding the model was used with.
void read_note(const ConfigObject& config, PreprocessConfig& out) {
  const auto note = config.object("tandem");
  const std::string rounding = note.text("rounding", "open_clip");
  if (rounding == "open_clip") return;
  if (rounding == "openai") {
    out.kind = PreprocessKind::openai;
    return;
  }
  if (rounding != "hugging_face" || out.resize_mode == ResizeMode::longest)
    fail(ErrorKind::unsupported, "{} is {}; use a newer Tandem", note.where("rounding"),
         quote_name(rounding));
  out.kind = PreprocessKind::hugging_face;
  out.resize_shortest_edge = out.do_center_crop = out.resize_mode == ResizeMode::shortest;
  out.resize_height = out.height;
  out.resize_width = out.width;
}

PreprocessConfig preprocess_of(const ConfigObject& config, std::array<int, 2> image_size) {
  PreprocessConfig out;
  out.kind = PreprocessKind::open_clip;
  const auto size = config.pair("size", image_size);
  if (size != image_size)
    fail(ErrorKind::bad_model,
         "{} is {} x {} where vision_cfg.image_size is {} x {}; use the config of one model",
         config.where("size"), size[0], size[1], image_size[0], image_size[1]);
  out.height = size[0];
  out.width = size[1];
  out.mean = config.three("mean", out.mean);
  out.std = config.three("std", out.std);
  for (const double deviation : out.std)
    if (!(deviation > 0))
      fail(ErrorKind::bad_model, "{} holds {}; deviations are above 0", config.where("std"),
           deviation);
  const std::string filter = config.text("interpolation", "bicubic");
  // "random" chooses in training alone; then bicubic.
  if (filter != "bicubic" && filter != "bilinear" && filter != "random")
    fail(ErrorKind::bad_model, "{} is {}; open_clip has bicubic and bilinear",
         config.where("interpolation"), quote_name(filter));
  out.interpolation = filter == "bilinear" ? Filter::bilinear : Filter::bicubic;
  const std::string mode = config.text("resize_mode", "shortest");
  if (mode == "shortest")
    out.resize_mode = ResizeMode::shortest;
  else if (mode == "longest")
    out.resize_mode = ResizeMode::longest;
  else if (mode == "squash")
    out.resize_mode = ResizeMode::squash;
  else
    fail(ErrorKind::bad_model, "{} is {}; open_clip has shortest, longest and squash",
         config.where("resize_mode"), quote_name(mode));
  out.fill_color = config.integer("fill_color", 0);
  if (out.fill_color < 0 || out.fill_color > 255)
    fail(ErrorKind::bad_model, "{} is {}; colours are 0 to 255", config.where("fill_color"),
         out.fill_color);
  read_note(config, out);
  if (const auto colours = config.text("mode", "RGB"); colours != "RGB")
    fail(ErrorKind::unsupported, "{} is {}; open_clip has RGB", config.where("mode"),
         quote_name(colours));
  return out;
}

// Texts in a list.
std::vector<std::string> special_tokens(const ConfigObject& options) {
  std::vector<std::string> tokens;
  const char* key = "additional_special_tokens";
  if (!options.has(key)) return tokens;
  const Json& list = options.at(key);
  for (const auto& token : list)
    if (token.is_string()) tokens.push_back(token.get<std::string>());
  if (!list.is_array() || tokens.size() != list.size())
    fail(ErrorKind::bad_model, "{} is no list of texts; get the config again", options.where(key));
  return tokens;
}

// The names of open_clip's get_clean_fn. Hugging Face's CLIP tokenizer, which may
// follow, lowers the case.
std::optional<Cleaning> cleaning_of(const std::string& name, bool hugging_face) {
  if (name == "lower") return Cleaning::open_clip;
  if (name == "canonicalize") return Cleaning::canonicalize;
  if (name == "whitespace") return hugging_face ? Cleaning::open_clip : Cleaning::whitespace;
  if (name == "whitespace_underscore" && !hugging_face) return Cleaning::whitespace_underscore;
  return std::nullopt;
}

// What open_clip's get_tokenizer would build for this folder.
void read_tokenizer(const ConfigObject& text, OpenClipConfig& out) {
  const bool hugging_face = !text.text("hf_tokenizer_name", "").empty();
  const auto options = text.object("tokenizer_kwargs");
  if (const auto type = text.text("tokenizer_type", ""); !type.empty())
    out.tokenizer_obstacle = text.where("tokenizer_type") + " is " + quote_name(type);
  if (!text.text("tokenizer_mode", "").empty())
    out.tokenizer_obstacle = text.where("tokenizer_mode") + " is set";
  for (const auto& key : options.keys())
    if (key != "clean" && key != "additional_special_tokens" && options.at(key) != Json(false) &&
        options.at(key) != Json(""))
      out.tokenizer_obstacle = text.where("tokenizer_kwargs") + " holds " + quote_name(key);
  out.additional_specials = special_tokens(options);
  if (hugging_face && !out.additional_specials.empty())
    out.tokenizer_obstacle = options.where("additional_special_tokens") + " is set";
  const std::string clean = options.text("clean", hugging_face ? "whitespace" : "lower");
  const auto cleaning = cleaning_of(clean, hugging_face);
  if (cleaning)
    out.cleaning = *cleaning;
  else
    out.tokenizer_obstacle = options.where("clean") + " is " + quote_name(clean);
}

void refuse_other_models(const ConfigObject& config) {
  for (const char* key : {"audio_cfg", "genlip_cfg", "genlap_cfg", "audio_naflex_cfg"})
    if (config.has(key)) other_family(config, key, "a model that is no CLIP");
  for (const char* key : {"vision_cfg", "text_cfg"})
    if (!config.has(key))
      fail(ErrorKind::bad_model, "{} is missing; get the config again", config.where(key));
}

}  // namespace

OpenClipConfig parse_open_clip_config(const Json& json, const std::string& name) {
  const ConfigObject file(json, name);
  const ConfigObject config = file.has("model_cfg") ? file.object("model_cfg") : file;
  refuse_other_models(config);
  const auto vision = config.object("vision_cfg"), text = config.object("text_cfg");
  const bool quick_gelu = config.boolean("quick_gelu", false);
  const bool custom_text = config.boolean("custom_text", false);
  OpenClipConfig out;
  out.model.embed_dim = config.integer("embed_dim");
  out.model.image = image_of(vision, quick_gelu);
  out.model.text = text_of(text, quick_gelu, custom_text);
  out.model.logit_bias = config.has("init_logit_bias");
  validate(out.model, name);
  out.has_preprocess = file.has("model_cfg") && file.has("preprocess_cfg");
  const Json none = Json::object();
  out.preprocess =
      preprocess_of(out.has_preprocess ? file.object("preprocess_cfg") : ConfigObject(none, name),
                    out.model.image_size());
  read_tokenizer(text, out);
  return out;
}

}  // namespace tandem
