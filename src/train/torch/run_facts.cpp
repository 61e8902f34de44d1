#include "train/torch/run_facts.h"

#include <torch/version.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/thread_pool.h"
#include "model/weight_table.h"
#include "train/run_folder.h"

namespace tandem::torch_train {

namespace {

OrderedJson sources_of(const Dataset& dataset) {
  OrderedJson sources = OrderedJson::array();
  for (const auto& source : dataset.sources())
    sources.push_back({{"path", source.path},
                       {"samples", source.samples},
                       {"weight", source.weight},
                       {"fingerprint", source.fingerprint}});
  return sources;
}

}  // namespace

std::string run_facts(const TrainRequest& request, const Checkpoint& model,
                      const Tokenizer& tokenizer, const RunData& data, int64_t steps,
                      int processes) {
  const ComputeSection& compute = request.config.compute;
  OrderedJson facts{{"command", request.command},
                    {"architecture", model.path},
                    {"parameters", parameter_count(model.config)},
                    {"tokenizer", tokenizer.describe()},
                    {"libtorch", TORCH_VERSION},
                    {"device", compute.device},
                    {"precision", compute.precision},
                    {"threads", thread_count()},
                    {"processes", processes},
                    {"batch_size", compute.batch_size},
                    {"steps", steps},
                    {"samples", data.train.size()},
                    {"data", sources_of(data.train)},
                    {"data_fingerprint", data.train.fingerprint()}};
  if (data.validation) facts["validation"] = sources_of(*data.validation);
  return to_line(facts);
}

std::optional<std::string> changed_facts(const std::string& checkpoint_folder,
                                         const std::string& now) {
  const Json then = parse_json(read_training_state(checkpoint_folder).facts, checkpoint_folder);
  const Json current = parse_json(now, "this run");
  const auto differs = [&](const char* key) {
    return then.contains(key) && then.at(key) != current.at(key);
  };
  if (differs("data_fingerprint"))
    return "the training data are not those that the run began with; the order of samples is "
           "another from here on";
  if (differs("batch_size"))
    return "compute.batch_size is not the one that the run began with; positions in the data are "
           "counted with the new one";
  if (differs("threads") || differs("processes") || differs("libtorch"))
    return "threads, processes or libtorch are not those that the run began with; losses agree to "
           "rounding, not to the bit";
  return std::nullopt;
}

}  // namespace tandem::torch_train
