#include "train/run_config_keys.h"

#include <cmath>
#include <limits>

namespace tandem {
namespace {

constexpr double kMost = std::numeric_limits<double>::infinity();
constexpr double kMostInteger = 9.2e18;  // TOML's integers are of 64 bits

Limits at_least(double low) { return {low, kMost}; }
Limits above(double low) { return {low, kMost, /*low_excluded=*/true}; }
Limits between(double low, double high) { return {low, high}; }
Limits below(double low, double high) { return {low, high, false, /*high_excluded=*/true}; }
Limits share_above_zero() { return {0, 1, /*low_excluded=*/true}; }
constexpr Limits kAny{-kMost, kMost};

// The key's name is the path of its member.
#define TANDEM_KEY(path) \
#path, [](RunConfig & config) -> auto& { return config.path; }

using Bindings = std::vector<KeyBinding>;

Bindings model_keys() {
  return {
      {TANDEM_KEY(out), kAny, {}, PathKind::path, "the run's folder; it must not hold a run yet"},
      {TANDEM_KEY(seed), at_least(0), {}, {}, "of weights, order, crops and dropped patches"},
      {TANDEM_KEY(model.architecture),
       kAny,
       {},
       PathKind::architecture,
       "from scratch: a name (\"ViT-B/32\"), one of models/configs/, or a JSON file in open_clip's "
       "form"},
      {TANDEM_KEY(model.start),
       kAny,
       {},
       PathKind::model,
       "instead of an architecture: a checkpoint of any layout, or a model's name, to go on from"},
      {TANDEM_KEY(model.tokenizer),
       kAny,
       {},
       PathKind::path,
       "a tokenizer's file or folder; empty: the start's"},
      {TANDEM_KEY(model.image_size),
       between(0, 4096),
       {},
       {},
       "pixels a side; 0: as the architecture says; else position tables are resized"},
      {TANDEM_KEY(model.context_length),
       between(0, 4096),
       {},
       {},
       "tokens of a text; 0: as the architecture says; else position tables are resized"},
      {TANDEM_KEY(model.lock_image), {}, {}, {}, "the picture tower takes no gradient (LiT)"},
      {TANDEM_KEY(model.lock_text), {}, {}, {}, "the text tower takes no gradient"},
      {TANDEM_KEY(model.unlocked_image_blocks),
       between(0, 1000),
       {},
       {},
       "last blocks of a locked picture tower that are trained, with what follows them"},
      {TANDEM_KEY(model.unlocked_text_blocks),
       between(0, 1000),
       {},
       {},
       "last blocks of a locked text tower that are trained, with what follows them"},
  };
}

Bindings data_keys() {
  return {
      {TANDEM_KEY(data.train),
       {},
       {},
       PathKind::data,
       "pairs to train on: tables [[data.train]], or paths alone"},
      {TANDEM_KEY(data.validation),
       {},
       {},
       PathKind::data,
       "pairs for the validation loss, in the same form"},
      {TANDEM_KEY(data.validation_pairs), at_least(0), {}, {}, "at most so many of them; 0: all"},
      {TANDEM_KEY(data.cache),
       kAny,
       {},
       PathKind::path,
       "folder for indices of tars; empty: the user's cache folder"},
      {TANDEM_KEY(data.threads),
       between(0, 1024),
       {},
       {},
       "threads that decode pictures; 0: as many as compute"},
      {TANDEM_KEY(data.max_pixels), between(1, 1e12), {}, {}, "larger pictures are bad samples"},
      {TANDEM_KEY(data.bad_limit),
       between(0, 1),
       {},
       {},
       "share of bad samples among the last thousand that ends the run"},
      {TANDEM_KEY(data.augmentation.scale_min),
       share_above_zero(),
       {},
       {},
       "smallest share of the picture's area that a crop has"},
      {TANDEM_KEY(data.augmentation.scale_max), share_above_zero(), {}, {}, "largest share of it"},
      {TANDEM_KEY(data.augmentation.ratio_min),
       above(0),
       {},
       {},
       "smallest width of a crop for each height, before it is made square"},
      {TANDEM_KEY(data.augmentation.ratio_max), above(0), {}, {}, "largest width for each height"},
      {TANDEM_KEY(data.augmentation.flip),
       between(0, 1),
       {},
       {},
       "probability of a horizontal mirror"},
      {TANDEM_KEY(data.augmentation.brightness),
       at_least(0),
       {},
       {},
       "factor drawn from 1 - x to 1 + x (ColorJitter)"},
      {TANDEM_KEY(data.augmentation.contrast), at_least(0), {}, {}, "the same for contrast"},
      {TANDEM_KEY(data.augmentation.saturation), at_least(0), {}, {}, "the same for saturation"},
      {TANDEM_KEY(data.augmentation.hue),
       between(0, 0.5),
       {},
       {},
       "shift drawn from -x to x, in turns of the colour circle"},
      {TANDEM_KEY(data.augmentation.color_jitter_probability),
       between(0, 1),
       {},
       {},
       "with which these four are applied at all"},
      {TANDEM_KEY(data.augmentation.gray), between(0, 1), {}, {}, "probability of a grey picture"},
      {TANDEM_KEY(data.augmentation.low_resolution),
       between(0, 1),
       {},
       {},
       "probability of a picture made smaller and large again"},
      {TANDEM_KEY(data.augmentation.low_resolution_side),
       at_least(1),
       {},
       {},
       "its smallest height, in pixels"},
  };
}

Bindings learning_keys() {
  return {
      {TANDEM_KEY(loss.kind),
       {},
       {"infonce", "sigmoid"},
       {},
       "CLIP's symmetric cross entropy, or SigLIP's loss with logit_bias"},
      {TANDEM_KEY(loss.logit_scale),
       kAny,
       {},
       {},
       "the stored logarithm at the start; 0: ln(1/0.07), for sigmoid ln 10"},
      {TANDEM_KEY(loss.logit_bias), kAny, {}, {}, "at the start; sigmoid only"},
      {TANDEM_KEY(loss.max_logit_scale), above(0), {}, {}, "exp(logit_scale) is clamped to it"},
      {TANDEM_KEY(loss.share_meanings),
       {},
       {},
       {},
       "infonce: pairs of one label or caption share their targets"},
      {TANDEM_KEY(loss.teacher),
       kAny,
       {},
       PathKind::path,
       "a folder that `train teach` wrote, for distillation; empty: none"},
      {TANDEM_KEY(loss.teacher_weight),
       between(0, 1),
       {},
       {},
       "of the distillation term; the loss itself has the rest"},
      {TANDEM_KEY(optimizer.lr), between(0, 1e6), {}, {}, "the highest learning rate of AdamW"},
      {TANDEM_KEY(optimizer.beta1), below(0, 1), {}, {}, "decay of the gradients' mean"},
      {TANDEM_KEY(optimizer.beta2), below(0, 1), {}, {}, "decay of their squares' mean"},
      {TANDEM_KEY(optimizer.eps), above(0), {}, {}, "added to the root of the squares' mean"},
      {TANDEM_KEY(optimizer.weight_decay), between(0, 1e6), {}, {}, "decoupled, times the rate"},
      {TANDEM_KEY(optimizer.decay_rule),
       {},
       {"published", "newer"},
       {},
       "published spares gains, biases and logit_scale; newer position and class embeddings too"},
      {TANDEM_KEY(optimizer.image_lr), at_least(0), {}, {}, "factor of lr for the picture tower"},
      {TANDEM_KEY(optimizer.text_lr), at_least(0), {}, {}, "factor of lr for the text tower"},
      {TANDEM_KEY(optimizer.layer_decay),
       share_above_zero(),
       {},
       {},
       "factor of lr for each block further from the output"},
      {TANDEM_KEY(optimizer.clip_norm),
       at_least(0),
       {},
       {},
       "longest gradient, over all parameters; 0: any"},
      {TANDEM_KEY(optimizer.ema),
       below(0, 1),
       {},
       {},
       "decay of the averaged weights, such as 0.999; 0: none"},
      {TANDEM_KEY(schedule.kind),
       {},
       {"cosine", "constant", "cooldown"},
       {},
       "cosine to 0, constant, or constant with a cool-down to 0"},
      {TANDEM_KEY(schedule.steps), at_least(0), {}, {}, "how long; give steps or epochs"},
      {TANDEM_KEY(schedule.epochs), at_least(0), {}, {}, "how long, in passes over the data"},
      {TANDEM_KEY(schedule.warmup), at_least(0), {}, {}, "steps of linear growth from 0 to lr"},
      {TANDEM_KEY(schedule.cooldown), at_least(0), {}, {}, "last steps that cooldown takes"},
  };
}

Bindings running_keys() {
  return {
      {TANDEM_KEY(compute.batch_size), between(1, 1e9), {}, {}, "pairs of all processes together"},
      {TANDEM_KEY(compute.micro_batch),
       between(0, 1e9),
       {},
       {},
       "pairs at a time on one process, by exact gradient caching; 0: all"},
      {TANDEM_KEY(compute.device), kAny, {}, {}, "cpu, cuda or cuda:N"},
      {TANDEM_KEY(compute.precision), kAny, {"f32", "bf16"}, {}, "bf16 is autocast"},
      {TANDEM_KEY(compute.packed_texts), {}, {}, {}, "captions at their own length (exact)"},
      {TANDEM_KEY(compute.pruned_last_block),
       {},
       {},
       {},
       "the last block for the row alone that is read (exact)"},
      {TANDEM_KEY(compute.fused_operations),
       {},
       {},
       {},
       "Tandem's own kernels on the CPU; false: libtorch's alone"},
      {TANDEM_KEY(compute.checkpoint_activations),
       {},
       {},
       {},
       "blocks are computed again backward: less memory, more time"},
      {TANDEM_KEY(compute.patch_dropout),
       below(0, 1),
       {},
       {},
       "share of patches left out in training (FLIP)"},
      {TANDEM_KEY(compute.frozen_batch_norm),
       {},
       {},
       {},
       "running statistics of batch norm stay; needed with micro_batch"},
      {TANDEM_KEY(compute.timeout_s),
       between(1, 1e6),
       {},
       {},
       "seconds after which a silent peer ends the run"},
      {TANDEM_KEY(save.every),
       at_least(0),
       {},
       {},
       "steps between checkpoints; 0: the last step alone, which is saved always"},
      {TANDEM_KEY(save.keep), between(1, 1e6), {}, {}, "newest checkpoints that are kept"},
      {TANDEM_KEY(evaluate.every), at_least(0), {}, {}, "steps between evaluations; 0: at the end"},
      {TANDEM_KEY(evaluate.zeroshot), {}, {}, PathKind::data, "data as `eval zeroshot` takes it"},
      {TANDEM_KEY(evaluate.retrieval), {}, {}, PathKind::data, "data as `eval retrieval` takes it"},
      {TANDEM_KEY(evaluate.templates),
       kAny,
       {},
       PathKind::templates,
       "none, simple, openai7, openai80, or a file with one template a line"},
  };
}

#undef TANDEM_KEY

Bindings all_keys() {
  Bindings all;
  for (auto* keys : {&model_keys, &data_keys, &learning_keys, &running_keys})
    for (auto& key : keys()) all.push_back(std::move(key));
  return all;
}

bool is_integer(const Member& member) {
  return std::holds_alternative<Accessor<int>>(member) ||
         std::holds_alternative<Accessor<int64_t>>(member) ||
         std::holds_alternative<Accessor<uint64_t>>(member);
}

std::string range_of(const Limits& limits, bool integer) {
  const auto number = [](double value) { return toml_number(value); };
  const bool above = limits.low > -kMost;
  const bool below = limits.high < (integer ? kMostInteger : kMost);
  if (above && below)
    return (limits.low_excluded ? " above " : " from ") + number(limits.low) +
           (limits.low_excluded    ? ", at most "
            : limits.high_excluded ? " to below "
                                   : " to ") +
           number(limits.high);
  if (above) return (limits.low_excluded ? " above " : " of at least ") + number(limits.low);
  return "";
}

std::string joined_choices(const std::vector<std::string>& choices) {
  std::string text;
  for (size_t i = 0; i < choices.size(); ++i)
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  return text;
}

}  // namespace

bool Limits::hold(double value) const {
  return std::isfinite(value) && (low_excluded ? value > low : value >= low) &&
         (high_excluded ? value < high : value <= high);
}

const std::vector<KeyBinding>& key_bindings() {
  static const Bindings bindings = all_keys();
  return bindings;
}

const KeyBinding* find_key(const std::string& name) {
  for (const auto& key : key_bindings())
    if (key.name == name) return &key;
  return nullptr;
}

std::string type_of(const KeyBinding& key) {
  if (!key.choices.empty()) return joined_choices(key.choices);
  if (std::holds_alternative<Accessor<bool>>(key.member)) return "true or false";
  if (is_integer(key.member)) return "integer" + range_of(key.limits, true);
  if (std::holds_alternative<Accessor<double>>(key.member))
    return "number" + range_of(key.limits, false);
  if (std::holds_alternative<Accessor<std::string>>(key.member)) return "text";
  if (std::holds_alternative<Accessor<std::vector<std::string>>>(key.member))
    return "list of texts";
  return "list of sources";
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> made;
    RunConfig defaults;
    for (const auto& key : key_bindings()) {
      std::string value = written_key(key, defaults);
      made.push_back({key.name, type_of(key), value.empty() ? "[]" : value, key.help});
    }
    return made;
  }();
  return keys;
}

}  // namespace tandem
