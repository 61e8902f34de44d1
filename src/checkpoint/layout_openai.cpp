// OpenAI's published archives, and state dicts in their keys: the config is derived
// from the tensors' shapes as openai/CLIP's build_model does (clip/model.py).
#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.h"
#include "checkpoint/canonical.h"
#include "checkpoint/layouts.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

constexpr int64_t kHeadWidth = 64;
constexpr int64_t kMaxSize = 1 << 24;

class Shapes {
 public:
  Shapes(const TensorStore& weights, const std::string& file) : weights_(weights), file_(file) {}

  bool has(const std::string& name) const { return weights_.find(name) != nullptr; }

  /// The size of an axis of a tensor that must be there with so many axes.
  int axis(const std::string& name, size_t axes, size_t i) const {
    const TensorView* tensor = weights_.find(name);
    if (tensor == nullptr)
      fail(
          ErrorKind::bad_model,
          "{}: the tensor {} is missing; the file holds no CLIP in OpenAI's keys, or a part of one",
          file_, quote_name(name));
    if (tensor->shape.size() != axes || tensor->shape[i] > kMaxSize)
      fail(ErrorKind::bad_model, "{}: the tensor {} has the shape {}, which no CLIP has", file_,
           quote_name(name), to_string(tensor->shape));
    return static_cast<int>(tensor->shape[i]);
  }

  /// How many different names stand at the first place after `prefix`.
  int parts_after(const std::string& prefix) const {
    std::set<std::string> parts;
    for (auto at = weights_.tensors.lower_bound(prefix);
         at != weights_.tensors.end() && at->first.starts_with(prefix); ++at)
      parts.insert(
          at->first.substr(prefix.size(), at->first.find('.', prefix.size()) - prefix.size()));
    return static_cast<int>(parts.size());
  }

 private:
  const TensorStore& weights_;
  const std::string& file_;
};

int square_side(int positions) {
  return positions < 1 ? 0 : static_cast<int>(std::llround(std::sqrt(positions - 1.0)));
}

TransformerConfig transformer_of(int width, int layers) {
  TransformerConfig config;
  config.width = width;
  config.layers = layers;
  config.heads = width / static_cast<int>(kHeadWidth);
  config.mlp_width = 4 * width;
  config.activation = Activation::quick_gelu;
  return config;
}

ImageConfig image_of(const Shapes& shapes) {
  if (shapes.has("visual.proj")) {
    VisionTransformerConfig config;
    const int patch = shapes.axis("visual.conv1.weight", 4, 3);
    const int grid = square_side(shapes.axis("visual.positional_embedding", 2, 0));
    config.patch_height = config.patch_width = patch;
    config.image_height = config.image_width =
        static_cast<int>(std::min(int64_t{patch} * grid, kMaxSize));
    config.transformer = transformer_of(shapes.axis("visual.conv1.weight", 4, 0),
                                        shapes.parts_after("visual.transformer.resblocks."));
    return config;
  }
  ModifiedResNetConfig config;
  for (int stage = 0; stage < 4; ++stage)
    config.layers[stage] = shapes.parts_after("visual.layer" + std::to_string(stage + 1) + ".");
  config.width = shapes.axis("visual.layer1.0.conv1.weight", 4, 0);
  config.heads = config.width * 32 / static_cast<int>(kHeadWidth);
  config.image_size = 32 * square_side(shapes.axis("visual.attnpool.positional_embedding", 2, 0));
  return config;
}

TextTransformerConfig text_of(const Shapes& shapes) {
  TextTransformerConfig config;
  config.context_length = shapes.axis("positional_embedding", 2, 0);
  config.vocab_size = shapes.axis("token_embedding.weight", 2, 0);
  config.transformer = transformer_of(shapes.axis("ln_final.weight", 1, 0),
                                      shapes.parts_after("transformer.resblocks."));
  return config;
}

// Weights of other layouts need the config that their folder has.
void refuse_other_keys(const Shapes& shapes, const std::string& file) {
  if (shapes.has("vision_model.embeddings.class_embedding") ||
      shapes.has("text_model.embeddings.token_embedding.weight"))
    fail(ErrorKind::bad_model,
         "{}: holds Hugging Face's keys without a config; give the folder that also has its "
         "config.json",
         file);
  if (shapes.has("text.token_embedding.weight") || shapes.has("visual.trunk.cls_token") ||
      shapes.has("logit_bias") || shapes.has("visual.attn_pool.query"))
    fail(ErrorKind::bad_model,
         "{}: holds keys that open_clip alone writes; give a folder that also has its "
         "open_clip_config.json",
         file);
}

}  // namespace

Checkpoint open_openai(const std::string& path, Layout layout, TensorStore weights,
                       const OpenOptions& options) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.layout = layout;
  checkpoint.weights = std::move(weights);
  const SourceNames names{.weights = path};
  const Shapes shapes(checkpoint.weights, path);
  refuse_other_keys(shapes, path);
  auto& config = checkpoint.config;
  config.embed_dim = shapes.axis("text_projection", 2, 1);
  config.image = image_of(shapes);
  config.text = text_of(shapes);
  validate(config, path);
  const auto size = config.image_size();
  checkpoint.preprocess.height = size[0];
  checkpoint.preprocess.width = size[1];
  checkpoint.rules.push_back(
      "the file holds weights alone: QuickGELU, heads of width 64 and a layer norm epsilon of 1e-5 "
      "are OpenAI's");
  checkpoint.rules.push_back("pictures are preprocessed as openai/CLIP does");

  const auto slash = path.find_last_of('/');
  find_tokenizer(checkpoint, slash == std::string::npos ? "." : path.substr(0, slash + 1), options,
                 Cleaning::openai, "OpenAI's cleaning is taken (ftfy, HTML unescaped, lower case)");
  apply_sizes(checkpoint, options);
  validate(config, path);
  resize_positions(checkpoint, names);
  keep_table(checkpoint, names, /*refuse_others=*/true);
  return checkpoint;
}

}  // namespace tandem
