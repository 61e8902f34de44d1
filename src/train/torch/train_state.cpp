#include "train/torch/train_state.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "train/run_model.h"

namespace tandem::torch_train {
namespace {

void add_all(TensorStore& store, const std::string& prefix, const Parameters& parameters) {
  Parameters named;
  for (const auto& [name, tensor] : parameters) named.emplace(prefix + name, tensor);
  store.absorb(to_store(named));
}

// Copies a stored tensor over one of the same shape.
void copy_from(const TensorStore& store, const std::string& name, at::Tensor& to,
               const std::string& folder) {
  const TensorView* view = store.find(name);
  if (view == nullptr || view->shape != to.sizes().vec())
    fail(ErrorKind::bad_model,
         "{}: holds no tensor \"{}\" of shape {}; the configuration is that of another model than "
         "the run's",
         folder, name, to_string(to.sizes().vec()));
  std::vector<float> values = to_float(*view);
  to.copy_(at::from_blob(values.data(), to.sizes(), at::kFloat));
}

}  // namespace

TrainState::TrainState(Checkpoint from, const RunConfig& config, const at::Device& device)
    : source(std::move(from)),
      model(source.config, source.weights, config.compute, device),
      optimizer(parameter_rules(source.config, config.model, config.optimizer), config.optimizer) {
  source.weights = {};
  model.set_trained(parameter_rules(source.config, config.model, config.optimizer));
  if (config.optimizer.ema > 0) average_weights(average, model.parameters(), config.optimizer.ema);
}

void TrainState::restore(const RunCheckpoint& checkpoint) {
  const c10::NoGradGuard no_gradients;
  const Checkpoint stored = open_checkpoint(checkpoint.folder);
  const TrainingState state = read_training_state(checkpoint.folder);
  const Json facts = parse_json(state.facts, checkpoint.folder);
  const bool averaged = facts.at("averaged").get<bool>();
  for (auto& [name, tensor] : model.parameters()) {
    if (averaged)
      copy_from(state.tensors, "param." + name, tensor, checkpoint.folder);
    else
      copy_from(stored.weights, name, tensor, checkpoint.folder);
  }
  // A run that begins to average does so from here.
  for (auto& [name, tensor] : average) copy_from(stored.weights, name, tensor, checkpoint.folder);
  Parameters& moments = optimizer.moments();
  for (const auto& [name, view] : state.tensors.tensors) {
    if (!name.starts_with("m.") && !name.starts_with("v.")) continue;
    const auto parameter = model.parameters().find(name.substr(2));
    if (parameter == model.parameters().end()) continue;
    at::Tensor moment = at::empty_like(parameter->second.detach());
    copy_from(state.tensors, name, moment, checkpoint.folder);
    moments.insert_or_assign(name, std::move(moment));
  }
  step = checkpoint.step;
  optimizer.set_steps(facts.at("optimizer_steps").get<int64_t>());
}

std::string TrainState::save(RunFolder& folder, const std::string& facts, int keep) {
  const bool averaged = !average.empty();
  Checkpoint written;
  written.path = source.path;
  written.layout = source.layout;
  written.config = source.config;
  written.preprocess = source.preprocess;
  written.tokenizer = source.tokenizer;
  written.cleaning = source.cleaning;
  written.truncate_by_default = source.truncate_by_default;
  add_all(written.weights, "", averaged ? average : model.parameters());
  TensorStore state;
  if (averaged) add_all(state, "param.", model.parameters());
  add_all(state, "", optimizer.moments());
  OrderedJson all = OrderedJson::parse(facts);
  all["step"] = step;
  all["averaged"] = averaged;
  all["optimizer_steps"] = optimizer.steps();
  return folder.save(step, written, state, to_line(all), keep);
}

}  // namespace tandem::torch_train
