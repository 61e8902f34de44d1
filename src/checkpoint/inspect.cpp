#include "checkpoint/inspect.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/config_open_clip.h"
#include "checkpoint/model_folder.h"
#include "model/weight_table.h"
#include "text/tokenizer_config.h"

namespace tandem {
namespace {

OrderedJson architecture_of(const ModelConfig& config) {
  const std::string name = architecture_name(config);
  OrderedJson json{{"name", name.empty() ? OrderedJson() : OrderedJson(name)}};
  json.update(OrderedJson::parse(describe(config)));
  return json;
}

OrderedJson parameters_of(const ModelConfig& config) {
  int64_t image = 0, text = 0;
  for (const auto& spec : weight_table(config)) {
    if (spec.role == WeightRole::statistic || spec.name.starts_with("logit_")) continue;
    (spec.name.starts_with("visual.") ? image : text) += element_count(spec.shape);
  }
  return {{"total", parameter_count(config)}, {"image", image}, {"text", text}};
}

OrderedJson tokenizer_of(const Checkpoint& checkpoint, OrderedJson& contradictions) {
  const auto& files = checkpoint.tokenizer;
  const char* kind = !files.tokenizer_json.empty() ? "tokenizer.json"
                     : !files.vocab.empty()        ? "vocab.json + merges.txt"
                     : !files.bpe_vocab.empty()    ? "bpe_simple_vocab"
                                                   : nullptr;
  if (kind == nullptr || !checkpoint.config.text) return nullptr;
  OrderedJson json{{"kind", kind}, {"vocab_size", nullptr}};
  json["cleaning"] = name_of(checkpoint.cleaning);
  json["context_length"] = checkpoint.config.text->context_length;
  try {
    const auto tokenizer =
        Tokenizer::load(files, checkpoint.cleaning, checkpoint.config.text->vocab_size);
    json["vocab_size"] = tokenizer.vocab_size();
    json["cleaning"] = name_of(tokenizer.cleaning());
    check_tokenizer(checkpoint, tokenizer);
  } catch (const Error& error) {
    contradictions.push_back(error.what());
  }
  return json;
}

OrderedJson tensors_of(const Checkpoint& checkpoint) {
  OrderedJson list = OrderedJson::array();
  for (const auto& spec : weight_table(checkpoint.config))
    list.push_back({{"name", spec.name},
                    {"dtype", name_of(checkpoint.weights.find(spec.name)->dtype)},
                    {"shape", spec.shape},
                    {"role", name_of(spec.role)}});
  return list;
}

OrderedJson empty_report(const std::string& path) {
  OrderedJson report{{"path", path}};
  for (const char* key :
       {"layout", "architecture", "parameters", "dtype", "tokenizer", "preprocessing"})
    report[key] = nullptr;
  for (const char* key : {"rules", "resized", "contradictions"}) report[key] = OrderedJson::array();
  return report;
}

// What the config of a folder that cannot be opened still tells.
void report_config(const std::string& path, OrderedJson& report) {
  const auto tell = [&](const char* layout, const ModelConfig& config) {
    report["layout"] = layout;
    report["architecture"] = architecture_of(config);
    report["parameters"] = parameters_of(config);
  };
  try {
    if (const auto file = file_in(path, "open_clip_config.json"); !file.empty()) {
      const auto config = parse_open_clip_config(read_config(file), file);
      tell(name_of(Layout::open_clip), config.model);
      report["preprocessing"] = describe(config.preprocess);
    } else if (const auto other = file_in(path, "config.json"); !other.empty()) {
      tell(name_of(Layout::hugging_face), parse_hugging_face_config(read_config(other), other));
    }
  } catch (const Error&) {
    // The sentence is among the contradictions already: the config came first.
  }
}

}  // namespace

OrderedJson inspect(const std::string& path, bool tensors, const OpenOptions& options) {
  OrderedJson report = empty_report(path);
  OrderedJson contradictions = OrderedJson::array();
  try {
    const Checkpoint checkpoint = open_checkpoint(path, options);
    report["layout"] = name_of(checkpoint.layout);
    report["architecture"] = architecture_of(checkpoint.config);
    report["parameters"] = parameters_of(checkpoint.config);
    report["dtype"] = checkpoint.weights_dtype;
    report["tokenizer"] = tokenizer_of(checkpoint, contradictions);
    if (checkpoint.config.image) report["preprocessing"] = describe(checkpoint.preprocess);
    report["rules"] = checkpoint.rules;
    report["resized"] = checkpoint.resized;
    if (tensors) report["tensors"] = tensors_of(checkpoint);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) throw;
    contradictions.push_back(error.what());
    report_config(path, report);
  }
  report["contradictions"] = std::move(contradictions);
  return report;
}

}  // namespace tandem
