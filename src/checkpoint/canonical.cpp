#include "checkpoint/canonical.h"

#include <fmt/core.h>

#include <cmath>
#include <cstring>
#include <set>

#include "base/fail.h"
#include "checkpoint/quote.h"
#include "model/positions.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

int64_t axis(const TensorStore& weights, const std::string& name, size_t i) {
  const TensorView* tensor = weights.find(name);
  return tensor != nullptr && i < tensor->shape.size() ? tensor->shape[i] : -1;
}

class SizeCheck {
 public:
  SizeCheck(const TensorStore& weights, const SourceNames& names)
      : weights_(weights), names_(names) {}

  // -1 stands for a tensor that is missing, which check_weights names.
  void equal(const std::string& what, int64_t in_weights, int64_t in_config) const {
    if (in_weights < 0 || in_weights == in_config) return;
    fail(ErrorKind::bad_model,
         "{}: {} is {} where the weights in {} have {}; use the config that belongs to these "
         "weights",
         names_.config, what, in_config, names_.weights, in_weights);
  }

  void transformer(const std::string& prefix, const std::string& tower,
                   const TransformerConfig& config) const {
    equal("the " + tower + " tower's number of layers", count_layers(weights_, prefix),
          config.layers);
    equal("the " + tower + " tower's MLP width",
          axis(weights_, prefix + "resblocks.0.mlp.c_fc.weight", 0), config.mlp_width);
  }

  void image(const VisionTransformerConfig& config) const {
    equal("the image tower's width", axis(weights_, "visual.conv1.weight", 0),
          config.transformer.width);
    equal("the patch size", axis(weights_, "visual.conv1.weight", 2), config.patch_height);
    equal("the patch size", axis(weights_, "visual.conv1.weight", 3), config.patch_width);
    transformer("visual.transformer.", "image", config.transformer);
  }

  void text(const TextTransformerConfig& config) const {
    equal("the text tower's vocabulary", axis(weights_, "token_embedding.weight", 0),
          config.vocab_size);
    equal("the text tower's width", axis(weights_, "token_embedding.weight", 1),
          config.transformer.width);
    transformer("transformer.", "text", config.transformer);
  }

 private:
  const TensorStore& weights_;
  const SourceNames& names_;
};

// Buffers and leftovers of training that are no weights of a tower.
bool is_buffer(const std::string& name) {
  for (const char* ending : {"num_batches_tracked", "attn_mask", "position_ids"})
    if (name.ends_with(ending)) return true;
  return name == "input_resolution" || name == "context_length" || name == "vocab_size" ||
         name.starts_with("text_decoder.");
}

// Resized tables stay float, also where they were half: their rounding would
// belong to nobody.
void replace_table(TensorStore& weights, const std::string& name, int64_t width,
                   const std::vector<double>& values) {
  std::vector<float> floats(values.begin(), values.end());
  weights.tensors.erase(name);
  weights.add(name, {static_cast<int64_t>(values.size()) / width, width}, floats);
}

// A small file must not ask for gigabytes: the largest CLIP's table at 4 times
// its side has a hundredth of this.
void check_table(int64_t rows, int64_t width, const std::string& name, const SourceNames& names) {
  constexpr int64_t kMaxElements = int64_t{1} << 27;
  if (rows * width > kMaxElements)
    fail(ErrorKind::limit,
         "{}: {} would be resized to {} x {} numbers, more than {}; choose a smaller "
         "picture or context",
         names.weights, name, rows, width, kMaxElements);
}

bool is_floating(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

const TensorView* position_table(const TensorStore& weights, const std::string& name,
                                 int64_t width) {
  const TensorView* table = weights.find(name);
  // Others are left to check_weights.
  const bool usable = table != nullptr && is_floating(table->dtype) && table->shape.size() == 2 &&
                      table->shape[0] > 0 && table->shape[1] == width;
  return usable ? table : nullptr;
}

}  // namespace

int count_layers(const TensorStore& weights, const std::string& prefix) {
  const std::string begin = prefix + "resblocks.";
  std::set<std::string> layers;
  for (auto at = weights.tensors.lower_bound(begin);
       at != weights.tensors.end() && at->first.starts_with(begin); ++at)
    layers.insert(at->first.substr(begin.size(), at->first.find('.', begin.size()) - begin.size()));
  return static_cast<int>(layers.size());
}

void check_sizes(const TensorStore& weights, const ModelConfig& config, const SourceNames& names) {
  const SizeCheck check(weights, names);
  const auto* vit = config.image ? std::get_if<VisionTransformerConfig>(&*config.image) : nullptr;
  if (vit != nullptr) check.image(*vit);
  if (config.text) check.text(*config.text);
  if (vit != nullptr) check.equal("embed_dim", axis(weights, "visual.proj", 1), config.embed_dim);
  if (config.text && config.text->projection == TextProjection::matrix)
    check.equal("embed_dim", axis(weights, "text_projection", 1), config.embed_dim);
}

void resize_positions(Checkpoint& checkpoint, const SourceNames& names) {
  auto& weights = checkpoint.weights;
  const auto& config = checkpoint.config;
  const auto* vit = config.image ? std::get_if<VisionTransformerConfig>(&*config.image) : nullptr;
  if (vit != nullptr) {
    const std::string name = "visual.positional_embedding";
    const int64_t width = vit->transformer.width;
    const TensorView* table = position_table(weights, name, width);
    if (table != nullptr && table->shape[0] != vit->rows()) {
      const int64_t side = std::llround(std::floor(std::sqrt(table->shape[0] - 1)));
      if (side < 1 || side * side + 1 != table->shape[0])
        fail(
            ErrorKind::bad_model,
            "{}: {} has {} rows, which are no class token and square grid to be resized to {} x {} "
            "patches; use the config that belongs to these weights",
            names.weights, name, table->shape[0], vit->grid_height(), vit->grid_width());
      check_table(vit->rows(), width, name, names);
      const auto resized = resize_image_positions(*table, vit->grid_height(), vit->grid_width());
      replace_table(weights, name, width, resized);
      checkpoint.resized.push_back(fmt::format("{} from a grid of {} x {} to {} x {}", name, side,
                                               side, vit->grid_height(), vit->grid_width()));
    }
  }
  if (!config.text) return;
  const std::string name = "positional_embedding";
  const int64_t width = config.text->transformer.width;
  const TensorView* table = position_table(weights, name, width);
  if (table == nullptr || table->shape[0] == config.text->rows()) return;
  const int64_t rows = table->shape[0];
  check_table(config.text->rows(), width, name, names);
  replace_table(weights, name, width, resize_text_positions(*table, config.text->rows()));
  checkpoint.resized.push_back(
      fmt::format("{} from {} to {} rows", name, rows, config.text->rows()));
}

void apply_sizes(Checkpoint& checkpoint, const OpenOptions& options) {
  auto& config = checkpoint.config;
  if (options.context_length < 0 || options.image_size < 0)
    fail(ErrorKind::bad_input, "a picture size or context length must be above 0");
  if (options.context_length > 0 && config.text)
    config.text->context_length = options.context_length;
  if (options.image_size == 0 || !config.image) return;
  auto* vit = std::get_if<VisionTransformerConfig>(&*config.image);
  if (vit == nullptr &&
      std::get<ModifiedResNetConfig>(*config.image).image_size != options.image_size)
    fail(ErrorKind::unsupported,
         "{}: the positions of a ModifiedResNet cannot be resized to pictures of {}; use its own "
         "size",
         checkpoint.path, options.image_size);
  if (vit != nullptr) vit->image_height = vit->image_width = options.image_size;
  auto& preprocess = checkpoint.preprocess;
  preprocess.height = preprocess.width = options.image_size;
  if (preprocess.kind == PreprocessKind::hugging_face)
    preprocess.resize_height = preprocess.resize_width = options.image_size;
}

void keep_table(Checkpoint& checkpoint, const SourceNames& names, bool refuse_others) {
  auto& store = checkpoint.weights;
  std::map<std::string, TensorView, std::less<>> kept;
  std::set<std::string> dtypes;
  check_weights(store, checkpoint.config, names.weights);
  for (const auto& spec : weight_table(checkpoint.config)) {
    auto node = store.tensors.extract(spec.name);
    node.mapped().shape = spec.shape;  // a scalar may be stored as [1]
    dtypes.insert(name_of(node.mapped().dtype));
    kept.insert(std::move(node));
  }
  if (refuse_others)
    for (const auto& [name, tensor] : store.tensors)
      if (!is_buffer(name))
        fail(ErrorKind::bad_model,
             "{}: holds the tensor {}, which {} does not ask for; use the config that belongs to "
             "these weights",
             names.weights, quote_name(name), names.config.empty() ? "no CLIP" : names.config);
  store.tensors = std::move(kept);
  checkpoint.weights_dtype.clear();
  for (const auto& dtype : dtypes)
    checkpoint.weights_dtype += (checkpoint.weights_dtype.empty() ? "" : "+") + dtype;
}

}  // namespace tandem
