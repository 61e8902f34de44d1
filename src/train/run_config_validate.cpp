// What a configuration may not say.
#include <fmt/core.h>

#include <cmath>
#include <regex>

#include "base/fail.h"
#include "train/run_config_keys.h"

namespace tandem {
namespace {

void require(bool holds, const std::string& sentence) {
  if (!holds) throw Error(ErrorKind::bad_input, sentence);
}

void check_model(const ModelSection& model) {
  require(
      model.architecture.empty() != model.start.empty(),
      model.start.empty()
          ? "model.architecture: is missing; name one, or a checkpoint as model.start"
          : "model.architecture: is given beside model.start, which has its own; leave one out");
  require(!model.start.empty() || !model.tokenizer.empty(),
          "model.tokenizer: is missing; a model from scratch needs one, such as `tandem tokenizer "
          "train` makes");
  require(model.lock_image || model.unlocked_image_blocks == 0,
          "model.unlocked_image_blocks: the picture tower is not locked; set model.lock_image too");
  require(model.lock_text || model.unlocked_text_blocks == 0,
          "model.unlocked_text_blocks: the text tower is not locked; set model.lock_text too");
}

void check_data(const DataSection& data) {
  require(!data.train.empty(),
          "data.train: is missing; name tars, a table or a folder with pairs to train on");
  const auto& drawn = data.augmentation;
  require(drawn.scale_min <= drawn.scale_max,
          "data.augmentation.scale_min: is above scale_max; exchange them");
  require(drawn.ratio_min <= drawn.ratio_max,
          "data.augmentation.ratio_min: is above ratio_max; exchange them");
}

void check_schedule(const ScheduleSection& schedule) {
  require((schedule.steps > 0) != (schedule.epochs > 0),
          schedule.steps > 0
              ? "schedule.epochs: is given beside schedule.steps; leave one out"
              : "schedule.steps: is missing; say how long to train, in steps or in epochs");
  const bool cools = schedule.kind == ScheduleKind::cooldown;
  require(cools == (schedule.cooldown > 0),
          cools ? "schedule.cooldown: is missing; say how many last steps the cool-down takes"
                : "schedule.cooldown: is given, but schedule.kind is not \"cooldown\"; change one "
                  "of them");
  const int64_t parts = schedule.warmup + schedule.cooldown;
  require(schedule.steps == 0 || parts <= schedule.steps,
          fmt::format("schedule.warmup: {} steps of warm-up and {} of cool-down are more than the "
                      "run's {}; take fewer",
                      schedule.warmup, schedule.cooldown, schedule.steps));
}

}  // namespace

void validate(const RunConfig& config) {
  RunConfig read = config;  // the accessors are for writing too
  for (const auto& key : key_bindings()) check_key(key, read);
  require(!config.out.empty(), "out: is missing; name the folder that the run is to make");
  check_model(config.model);
  check_data(config.data);
  check_schedule(config.schedule);
  require(std::exp(config.loss.logit_scale) <= config.loss.max_logit_scale,
          fmt::format("loss.logit_scale: exp({}) is above loss.max_logit_scale, {}; it is the "
                      "stored logarithm",
                      config.loss.logit_scale, config.loss.max_logit_scale));
  static const std::regex devices("cpu|cuda(:[0-9]{1,3})?");
  require(std::regex_match(config.compute.device, devices),
          fmt::format("compute.device: {} is none; choose cpu, cuda or cuda:N",
                      toml_text(config.compute.device)));
}

}  // namespace tandem
