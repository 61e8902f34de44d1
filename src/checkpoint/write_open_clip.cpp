#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "checkpoint/config_open_clip.h"
#include "checkpoint/write_layouts.h"
#include "model/weight_table.h"

namespace tandem {

void write_open_clip(const Checkpoint& checkpoint, const std::string& folder,
                     std::optional<DType> dtype, bool tokenizer_files) {
  const auto& config = checkpoint.config;
  OrderedJson json =
      open_clip_config(config, checkpoint.preprocess, checkpoint.cleaning, tokenizer_files);
  if (const auto& specials = checkpoint.tokenizer.additional_specials;
      !specials.empty() && !tokenizer_files)
    json["model_cfg"]["text_cfg"]["tokenizer_kwargs"]["additional_special_tokens"] = specials;
  check_said(config, parse_open_clip_config(parse_json(to_line(json), folder), folder).model,
             "open_clip");
  const bool custom_text = needs_custom_text(config);
  LayoutTensors tensors;
  for (const auto& spec : weight_table(config)) {
    const bool of_text = !spec.name.starts_with("visual.") && !spec.name.starts_with("logit_");
    tensors.tensors.push_back({(custom_text && of_text ? "text." : "") + spec.name,
                               in_type(*checkpoint.weights.find(spec.name), dtype, tensors.owned)});
  }
  write_safetensors(folder + "/open_clip_model.safetensors", tensors.tensors, {{"format", "pt"}});
  write_file(folder + "/open_clip_config.json", json.dump(2) + "\n");
}

}  // namespace tandem
