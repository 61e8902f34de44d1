// Hugging Face's folders: CLIPModel and its two towers with a projection.
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/canonical.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/foreign.h"
#include "checkpoint/layouts.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/names_hugging_face.h"
#include "checkpoint/quote.h"
#include "checkpoint/tensor_shapes.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

const std::vector<std::string> kWeights = {"model.safetensors", "model.safetensors.index.json",
                                           "pytorch_model.bin", "pytorch_model.bin.index.json"};

int count_hugging_face_layers(const TensorStore& weights, const std::string& tower) {
  const std::string prefix = hugging_face_layer_prefix(tower);
  std::set<std::string> layers;
  for (auto at = weights.tensors.lower_bound(prefix);
       at != weights.tensors.end() && at->first.starts_with(prefix); ++at)
    layers.insert(
        at->first.substr(prefix.size(), at->first.find('.', prefix.size()) - prefix.size()));
  return static_cast<int>(layers.size());
}

void check_layers(const TensorStore& weights, const std::string& tower, int layers,
                  const SourceNames& names) {
  const int found = count_hugging_face_layers(weights, tower);
  if (found != 0 && found != layers)
    fail(ErrorKind::bad_model,
         "{}: {} has {} layers where the weights in {} have {}; use the config that belongs to "
         "these "
         "weights",
         names.config, tower, layers, names.weights, found);
}

const TensorView& required(const TensorStore& weights, const std::string& name,
                           const SourceNames& names) {
  const TensorView* tensor = weights.find(name);
  if (tensor == nullptr)
    fail(ErrorKind::bad_model,
         "{}: the tensor {} is missing; the file is incomplete or {} belongs to another model",
         names.weights, quote_name(name), names.config);
  return *tensor;
}

// q, k and v below each other.
TensorView& add_joined(TensorStore& weights, const std::string& name,
                       const HuggingFaceSource& source, const SourceNames& names) {
  std::vector<const TensorView*> parts;
  for (const auto& part : source.names) parts.push_back(&required(weights, part, names));
  const TensorView& q = *parts[0];
  constexpr int64_t kMaxRows = 1 << 24;  // three times a foreign size must not wrap around
  for (size_t i = 0; i < parts.size(); ++i)
    if (parts[i]->shape != q.shape || parts[i]->dtype != q.dtype || q.shape.empty() ||
        q.shape[0] > kMaxRows)
      fail(ErrorKind::bad_model,
           "{}: {} is {} {} beside {} of {} {}; queries, keys and values have one shape and type",
           names.weights, quote_name(source.names[i]), name_of(parts[i]->dtype),
           to_string(parts[i]->shape), quote_name(source.names[0]), name_of(q.dtype),
           to_string(q.shape));
  Shape shape = q.shape;
  shape[0] *= static_cast<int64_t>(parts.size());
  return weights.add(name, q.dtype, shape, concatenated_bytes(parts));
}

void add_canonical(TensorStore& weights, const std::string& name, const SourceNames& names) {
  const HuggingFaceSource source = hugging_face_source(name);
  if (source.names.size() > 1) {
    add_joined(weights, name, source, names);
    return;
  }
  const TensorView tensor = required(weights, source.names[0], names);
  if (!source.transposed) {
    weights.tensors.insert_or_assign(name, tensor);
    return;
  }
  if (tensor.shape.size() != 2)
    fail(ErrorKind::bad_model, "{}: {} has the shape {} where a matrix is expected", names.weights,
         quote_name(source.names[0]), to_string(tensor.shape));
  weights.tensors.erase(name);  // "text_projection.weight" and "text_projection" differ
  weights.add(name, tensor.dtype, {tensor.shape[1], tensor.shape[0]}, transposed_bytes(tensor));
}

void read_preprocessing(Checkpoint& checkpoint, const std::string& folder) {
  if (!checkpoint.config.image) return;
  const auto size = checkpoint.config.image_size();
  const std::string path = file_in(folder, "preprocessor_config.json");
  if (path.empty()) {
    checkpoint.preprocess = default_image_processor(size);
    checkpoint.rules.push_back(
        "there is no preprocessor_config.json: pictures take Hugging Face's CLIPImageProcessor "
        "with "
        "its defaults");
  } else {
    checkpoint.preprocess = parse_image_processor(read_config(path), path, size);
  }
  if (checkpoint.preprocess.kind != PreprocessKind::hugging_face) return;
  checkpoint.rules.push_back(
      "pictures are converted to RGB before they are resized and cropped by Hugging Face's "
      "rounding, not OpenAI's");
}

}  // namespace

std::string hugging_face_weights(const std::string& folder) { return first_file(folder, kWeights); }

Checkpoint open_hugging_face(const std::string& folder, const OpenOptions& options) {
  Checkpoint checkpoint;
  checkpoint.path = folder;
  checkpoint.layout = Layout::hugging_face;
  SourceNames names{.config = file_in(folder, "config.json")};
  auto& config = checkpoint.config;
  config = parse_hugging_face_config(read_config(names.config), names.config);
  names.weights = hugging_face_weights(folder);
  if (names.weights.empty()) {
    const std::string foreign = foreign_file_in(folder);
    fail(foreign.empty() ? ErrorKind::bad_model : ErrorKind::unsupported,
         "{}: has config.json but no weights that Tandem reads{}; get model.safetensors or "
         "pytorch_model.bin of the same model",
         folder, foreign.empty() ? "" : " (" + foreign + ")");
  }
  checkpoint.weights = read_weights(names.weights);
  auto& weights = checkpoint.weights;
  if (config.image)
    check_layers(weights, "vision_model",
                 std::get<VisionTransformerConfig>(*config.image).transformer.layers, names);
  if (config.text) check_layers(weights, "text_model", config.text->transformer.layers, names);
  for (const auto& spec : weight_table(config)) add_canonical(weights, spec.name, names);
  check_sizes(weights, config, names);

  read_preprocessing(checkpoint, folder);
  find_tokenizer(checkpoint, folder, options, Cleaning::openai,
                 "OpenAI's cleaning is taken (ftfy, HTML unescaped, lower case)");
  if (options.image_size > 0 || options.context_length > 0) {
    apply_sizes(checkpoint, options);
    validate(config, folder);
    resize_positions(checkpoint, names);
  }
  keep_table(checkpoint, names, /*refuse_others=*/false);
  return checkpoint;
}

}  // namespace tandem
