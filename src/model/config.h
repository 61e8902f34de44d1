// What a CLIP is, as plain values: the architecture options of openai/CLIP
// (clip/model.py) and of open_clip's native towers (CLIPVisionCfg, CLIPTextCfg).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>

namespace tandem {

enum class Activation {
  quick_gelu,  ///< x * sigmoid(1.702 x)
  gelu,        ///< exact, with erf
  gelu_tanh,   ///< the tanh approximation
};

const char* name_of(Activation activation);

/// A stack of pre-norm residual attention blocks.
struct TransformerConfig {
  int width = 0;
  int layers = 0;
  int heads = 0;
  int mlp_width = 0;
  Activation activation = Activation::quick_gelu;
  double layer_norm_eps = 1e-5;
  // open_clip's rarer options, each a flag of the same name in its config:
  bool layer_scale = false;         ///< ls_1.gamma, ls_2.gamma (ls_init_value)
  bool qk_norm = false;             ///< layer norm over each head's q and k
  bool scaled_cosine_attn = false;  ///< cosine logits times exp(min(logit_scale, ln 100))
  bool scale_heads = false;         ///< a factor per head on the attention's output
  bool scale_attn_inner = false;    ///< layer norm before out_proj
  bool scale_attn = false;          ///< layer norm after out_proj
  bool scale_fc = false;            ///< layer norm after the MLP's activation

  int head_width() const { return width / heads; }
};

enum class ImagePool { class_token, mean };

struct VisionTransformerConfig {
  int image_height = 224, image_width = 224;
  int patch_height = 32, patch_width = 32;
  TransformerConfig transformer;
  bool ln_pre = true;
  ImagePool pool = ImagePool::class_token;
  bool final_ln_after_pool = false;  ///< ln_post after the pooling, not before
  bool attentional_pool = false;     ///< CoCa's pooler; `pool` then picks among its queries
  int pooler_queries = 256;
  int pooler_heads = 8;
  double patch_dropout = 0;  ///< training only: the identity here

  int grid_height() const { return image_height / patch_height; }
  int grid_width() const { return image_width / patch_width; }
  /// Rows of one picture: the class token and the patches.
  int rows() const { return grid_height() * grid_width() + 1; }
};

/// CLIP's ResNet: three-convolution stem, anti-aliased strides, attention pooling.
struct ModifiedResNetConfig {
  int image_size = 224;
  int width = 64;
  std::array<int, 4> layers = {3, 4, 6, 3};
  int heads = 32;  ///< of the attention pooling

  int pool_width() const { return width * 32; }
  int grid() const { return image_size / 32; }
};

enum class TextPool {
  argmax,  ///< the first position of the largest id: OpenAI's end token
  eos,     ///< the first position whose id is eos_id; position 0 where there is none
  first,
  last,  ///< the last physical position, padding included
};

const char* name_of(TextPool pool);

enum class TextProjection {
  matrix,  ///< "text_projection" [width, embed_dim], x @ W
  linear,  ///< "text_projection.weight" [embed_dim, width] with a bias
  none,    ///< the pooled row is the feature
};

struct TextTransformerConfig {
  int context_length = 77;
  int vocab_size = 49408;
  TransformerConfig transformer;
  bool causal = true;
  TextPool pool = TextPool::argmax;
  int eos_id = -1;         ///< pool eos only
  bool class_row = false;  ///< CoCa's cls_emb: one more row at the end, which is pooled
  int pad_id = 0;          ///< class_row only: its ids are hidden, shifted by one
  TextProjection projection = TextProjection::matrix;

  /// Rows of one padded text.
  int rows() const { return context_length + (class_row ? 1 : 0); }
};

using ImageConfig = std::variant<VisionTransformerConfig, ModifiedResNetConfig>;

/// Either tower may be missing (Hugging Face's *WithProjection models).
struct ModelConfig {
  int embed_dim = 512;
  std::optional<ImageConfig> image;
  std::optional<TextTransformerConfig> text;
  bool logit_bias = false;  ///< SigLIP's bias beside logit_scale

  /// Height and width of the picture tower's input.
  std::array<int, 2> image_size() const;
};

/// Errors (bad_model, with `name` in the sentence): sizes that are not
/// positive or above what any CLIP has, heads that do not divide the width,
/// pictures smaller than a patch.
void validate(const ModelConfig& config, const std::string& name);

/// One line of JSON with every field: the config's part of the fingerprint,
/// and how two configs are compared.
std::string describe(const ModelConfig& config);

/// A known name for these sizes ("ViT-B/32", "RN50"), or "" where there is none.
std::string architecture_name(const ModelConfig& config);

}  // namespace tandem
