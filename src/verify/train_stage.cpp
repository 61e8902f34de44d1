// The stage `train`: losses, gradients and parameters of training steps, and which parameters
// decay.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "train/parameter_groups.h"
#include "verify/compare.h"
#include "verify/training.h"

namespace tandem {
namespace {

constexpr const char* kCounter = "num_batches_tracked";

// open_clip's name of a parameter to the canonical one.
std::string canonical(const std::string& name) {
  return name.starts_with("text.") ? name.substr(5) : name;
}

// "param_newer_rule.text.ln_final.bias" to "param.ln_final.bias".
std::string computed_name_of(const std::string& recorded) {
  const size_t dot = recorded.find('.');
  if (dot == std::string::npos) return recorded;
  const std::string group = recorded.substr(0, dot);
  return (group == "param_newer_rule" ? "param" : group) + "." +
         canonical(recorded.substr(dot + 1));
}

void read_hyper(const Json& hyper, TrainingCase& training_case) {
  OptimizerSection& optimizer = training_case.optimizer;
  training_case.loss = loss_kind(hyper.at("loss").get<std::string>());
  optimizer.lr = hyper.at("lr").get<double>();
  optimizer.beta1 = hyper.at("betas").at(0).get<double>();
  optimizer.beta2 = hyper.at("betas").at(1).get<double>();
  optimizer.eps = hyper.at("eps").get<double>();
  optimizer.weight_decay = hyper.at("weight_decay").get<double>();
  if (const Json norm = hyper.value("grad_clip_norm", Json()); !norm.is_null())
    optimizer.clip_norm = norm.get<double>();
  training_case.schedule.steps = hyper.at("total_steps").get<int64_t>();
  training_case.schedule.warmup = hyper.at("warmup").get<int64_t>();
}

// The counters of batches, which nothing computes with, count on from what the weights say.
void add_counters(const std::string& model, ComputedTensors& computed) {
  const auto file = std::filesystem::path(model) / "open_clip_model.safetensors";
  if (!std::filesystem::exists(file)) return;
  const TensorStore weights = read_safetensors(file.string());
  for (const auto& [name, tensor] : weights.tensors)
    if (name.ends_with(kCounter)) {
      const int64_t before = to_int64(tensor).at(0);
      computed["buffer." + canonical(name)] = {{}, {static_cast<double>(before + 1)}};
    }
}

/// One run of the case, compared with a list of its expected tensors.
class TrainCase {
 public:
  TrainCase(const TensorStore& arrays, std::string layout, const VerifyReport& report)
      : arrays_(arrays), layout_(std::move(layout)), report_(report) {}

  void compare(const TrainingCase& training_case, const Json& expect) const {
    ComputedTensors computed = computed_training(training_case);
    if (training_case.kind == "batchnorm_step") add_counters(training_case.model, computed);
    for (const auto& entry : expect) {
      const auto recorded = entry.at("tensor").get<std::string>();
      ComputedTensors one;
      if (const auto found = computed.find(computed_name_of(recorded)); found != computed.end())
        one[recorded] = found->second;
      const ComputedTensors* runs[] = {&one};
      compare_entry(entry, arrays_, runs, layout_, report_);
    }
  }

  // Which parameters decay, by the case's own lists.
  void compare_groups(const ModelConfig& config, const OptimizerSection& optimizer,
                      const Json& lists) const {
    for (const bool decayed : {true, false}) {
      const char* list = decayed ? "decay" : "no_decay";
      if (!lists.contains(list)) continue;
      std::set<std::string> recorded, computed;
      for (const auto& name : lists[list]) recorded.insert(canonical(name.get<std::string>()));
      for (const auto& rule : parameter_rules(config, {}, optimizer))
        if (rule.trained && rule.decayed == decayed) computed.insert(rule.name);
      VerifyLine line{.layout = layout_,
                      .tensor = optimizer.decay_rule == DecayRule::newer
                                    ? std::string("newer_rule.") + list
                                    : list,
                      .ok = recorded == computed};
      for (const auto& name : recorded)
        if (line.detail.empty() && !computed.count(name)) line.detail = name + " is missing";
      for (const auto& name : computed)
        if (line.detail.empty() && !recorded.count(name)) line.detail = name + " is too much";
      report_(line);
    }
  }

 private:
  const TensorStore& arrays_;
  std::string layout_;
  const VerifyReport& report_;
};

}  // namespace

void verify_train(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                  const VerifyReport& report) {
  const TensorStore arrays = read_safetensors(folder + "/arrays.safetensors");
  TrainingCase training_case{.kind = case_json.at("kind").get<std::string>(),
                             .inputs = &arrays,
                             .device = options.load.device};
  if (case_json.contains("loss"))
    training_case.loss = loss_kind(case_json["loss"].get<std::string>());
  if (case_json.contains("hyper")) read_hyper(case_json["hyper"], training_case);
  training_case.micro_batches = case_json.value("micro_batches", std::vector<int64_t>());

  for (const auto& [layout, path] : models_of(folder, case_json, options)) {
    const TrainCase run(arrays, layout, report);
    try {
      const ModelConfig config = open_checkpoint(path).config;
      training_case.model = path;
      training_case.optimizer.decay_rule = DecayRule::published;
      run.compare_groups(config, training_case.optimizer, case_json);
      run.compare(training_case, case_json.at("expect"));
      if (!case_json.contains("newer_rule")) continue;
      const Json& newer = case_json["newer_rule"];
      training_case.optimizer.decay_rule = DecayRule::newer;
      run.compare_groups(config, training_case.optimizer, newer);
      run.compare(training_case, newer.at("expect"));
    } catch (const Error& error) {
      report({.layout = layout, .detail = error.what()});
    }
  }
}

}  // namespace tandem
