// The stage `loss`: values and gradients of the contrastive losses, of one process and of ranks.

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/safetensors.h"
#include "verify/compare.h"
#include "verify/training.h"

namespace tandem {

LossKind loss_kind(const std::string& name) {
  if (name == "infonce") return LossKind::infonce;
  if (name == "sigmoid") return LossKind::sigmoid;
  fail(ErrorKind::unsupported,
       "the loss \"{}\" of the case is none that Tandem knows; use a newer Tandem", name);
}

ComputedTensors computed_training(const TrainingCase& training_case) {
  ComputedTensors tensors;
  for (auto& [name, value] : run_training_case(training_case))
    tensors[name] = {value.shape, std::move(value.values)};
  return tensors;
}

void verify_loss(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                 const VerifyReport& report) {
  const TensorStore arrays = read_safetensors(folder + "/arrays.safetensors");
  const auto name = case_json.at("loss").get<std::string>();
  const TrainingCase training_case{.kind = case_json.at("kind").get<std::string>(),
                                   .loss = loss_kind(name),
                                   .ranks = case_json.value("ranks", 1),
                                   .inputs = &arrays,
                                   .device = options.load.device};
  const ComputedTensors computed = computed_training(training_case);
  const ComputedTensors* runs[] = {&computed};
  for (const auto& entry : case_json.at("expect")) compare_entry(entry, arrays, runs, name, report);
}

}  // namespace tandem
