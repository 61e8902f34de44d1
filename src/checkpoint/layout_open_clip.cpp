// open_clip's folders: open_clip_config.json and weights in either of its key layouts.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/canonical.h"
#include "checkpoint/config_open_clip.h"
#include "checkpoint/layouts.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/quote.h"
#include "text/tokenizer_config.h"

namespace tandem {
namespace {

// open_clip's order of preference (factory.py, _find_checkpoint_in_dir).
const std::vector<std::string> kWeights = {
    "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth",
    "model.safetensors",           "pytorch_model.bin",
    "pytorch_model.pth",           "model.pth"};

// Canonical names: without the prefix of distributed training, and without the
// "text." of CustomTextCLIP.
void rename_to_canonical(TensorStore& weights, const SourceNames& names) {
  const bool wrapped =
      !weights.tensors.empty() &&
      std::all_of(weights.tensors.begin(), weights.tensors.end(),
                  [](const auto& entry) { return entry.first.starts_with("module."); });
  std::map<std::string, TensorView, std::less<>> renamed;
  for (const auto& [stored, tensor] : weights.tensors) {
    std::string name = wrapped ? stored.substr(7) : stored;
    if (name.starts_with("text.")) name = name.substr(5);
    if (!renamed.emplace(name, tensor).second)
      fail(ErrorKind::bad_model,
           "{}: {} is there twice, with \"text.\" and without; get the file again", names.weights,
           quote_name(name));
  }
  weights.tensors = std::move(renamed);
}

// A model trained without SigLIP's bias that is to go on with one starts at zero.
void add_missing_bias(Checkpoint& checkpoint, const SourceNames& names) {
  if (!checkpoint.config.logit_bias || checkpoint.weights.find("logit_bias") != nullptr) return;
  const float zero = 0;
  checkpoint.weights.add("logit_bias", {}, std::span(&zero, 1));
  checkpoint.rules.push_back(names.config +
                             " asks for a logit_bias that the weights lack: it is 0");
}

}  // namespace

std::string open_clip_weights(const std::string& folder) { return first_file(folder, kWeights); }

Checkpoint open_open_clip(const std::string& folder, const OpenOptions& options) {
  Checkpoint checkpoint;
  checkpoint.path = folder;
  checkpoint.layout = Layout::open_clip;
  SourceNames names{.config = file_in(folder, "open_clip_config.json")};
  auto parsed = parse_open_clip_config(read_config(names.config), names.config);
  checkpoint.config = parsed.model;
  checkpoint.preprocess = parsed.preprocess;
  if (!parsed.has_preprocess)
    checkpoint.rules.push_back(
        "open_clip_config.json has no preprocess_cfg: pictures take open_clip's defaults, which "
        "are "
        "OpenAI's");
  names.weights = open_clip_weights(folder);
  if (names.weights.empty())
    fail(ErrorKind::bad_model,
         "{}: has open_clip_config.json but no weights; open_clip_model.safetensors or "
         "open_clip_pytorch_model.bin is missing",
         folder);
  checkpoint.weights = read_weights(names.weights);
  rename_to_canonical(checkpoint.weights, names);
  add_missing_bias(checkpoint, names);
  check_sizes(checkpoint.weights, checkpoint.config, names);

  if (parsed.tokenizer_obstacle.empty() || !options.tokenizer.empty())
    find_tokenizer(
        checkpoint, folder, options, parsed.cleaning,
        std::string("open_clip's cleaning \"") + name_of(parsed.cleaning) + "\" is taken");
  else
    checkpoint.rules.push_back(
        parsed.tokenizer_obstacle +
        ", a tokenizer that Tandem lacks: give --tokenizer one of CLIP's kind");
  checkpoint.tokenizer.additional_specials = parsed.additional_specials;
  apply_sizes(checkpoint, options);
  validate(checkpoint.config, folder);
  resize_positions(checkpoint, names);
  keep_table(checkpoint, names, /*refuse_others=*/true);
  return checkpoint;
}

}  // namespace tandem
