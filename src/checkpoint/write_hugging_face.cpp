#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/names_hugging_face.h"
#include "checkpoint/tensor_shapes.h"
#include "checkpoint/write_layouts.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

// One canonical tensor as Hugging Face's: q, k and v apart, projections transposed.
void add_tensors(const std::string& name, const TensorView& tensor, LayoutTensors& out) {
  const HuggingFaceSource source = hugging_face_source(name);
  if (source.transposed) {
    out.tensors.push_back(
        {source.names[0], out.owned.add(name, tensor.dtype, {tensor.shape[1], tensor.shape[0]},
                                        transposed_bytes(tensor))});
    return;
  }
  const auto parts = static_cast<int64_t>(source.names.size());
  if (parts == 1) {
    out.tensors.push_back({source.names[0], tensor});
    return;
  }
  const int64_t rows = tensor.shape[0] / parts;
  for (int64_t i = 0; i < parts; ++i)
    out.tensors.push_back({source.names[i], tensor.rows(i * rows, rows)});
}

// What transformers loads the weights as; mixed types widen.
std::string torch_dtype(const LayoutTensors& tensors) {
  std::optional<DType> common;
  for (const auto& [name, tensor] : tensors.tensors) {
    if (common && *common != tensor.dtype) return "float32";
    common = tensor.dtype;
  }
  if (common == DType::f16) return "float16";
  if (common == DType::bf16) return "bfloat16";
  return common == DType::f64 ? "float64" : "float32";
}

}  // namespace

void write_hugging_face(const Checkpoint& checkpoint, const std::string& folder,
                        std::optional<DType> dtype) {
  const auto& config = checkpoint.config;
  if (config.image && std::holds_alternative<ModifiedResNetConfig>(*config.image))
    fail(ErrorKind::unsupported,
         "{}: Hugging Face's CLIP has no ModifiedResNet; write the open_clip layout",
         checkpoint.path);
  check_said(config,
             parse_hugging_face_config(parse_json(to_line(hugging_face_config(config, "")), folder),
                                       folder),
             "Hugging Face");
  LayoutTensors tensors;
  for (const auto& spec : weight_table(config))
    add_tensors(spec.name, in_type(*checkpoint.weights.find(spec.name), dtype, tensors.owned),
                tensors);
  write_safetensors(folder + "/model.safetensors", tensors.tensors, {{"format", "pt"}});
  write_file(folder + "/config.json",
             hugging_face_config(config, torch_dtype(tensors)).dump(2) + "\n");
  if (config.image)
    write_file(folder + "/preprocessor_config.json",
               image_processor_config(checkpoint.preprocess).dump(2) + "\n");
}

}  // namespace tandem
