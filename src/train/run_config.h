// A training run as a configuration: every key of run.toml, its default and its limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/augment.h"
#include "data/source_config.h"

namespace tandem {

enum class LossKind {
  infonce,  ///< symmetric softmax cross entropy (CLIP paper, figure 3)
  sigmoid,  ///< SigLIP's (arXiv 2303.15343), with logit_bias
};
enum class DecayRule {
  published,  ///< none for fewer than two dimensions, nor with bn, ln, bias or logit_scale in the
              ///< name
  newer,      ///< also none for position and class embeddings
};
enum class ScheduleKind {
  cosine,  ///< to 0 at the last step
  constant,
  cooldown,  ///< constant, then to 0 over the last cooldown_steps (1 - sqrt)
};

/// [model]
struct ModelSection {
  /// A name ("ViT-B/32"), one of models/configs/, or the path of a JSON file in open_clip's form.
  /// Without `start` it must be given; with it, it must not.
  std::string architecture;
  std::string start;  ///< a checkpoint of any layout to go on from (fine-tuning); "" from scratch
  std::string tokenizer;  ///< a file or folder; "" the start's
  int image_size = 0;  ///< 0: as the architecture or start says; else position tables are resized
  int context_length = 0;  ///< the same
  /// LiT: a locked tower takes no gradient, but for its last n blocks (and what follows them).
  bool lock_image = false, lock_text = false;
  int unlocked_image_blocks = 0, unlocked_text_blocks = 0;
};

/// [data]
struct DataSection {
  std::vector<SourceConfig> train;
  std::vector<SourceConfig> validation;  ///< for the validation loss; may be empty
  int64_t validation_pairs = 0;          ///< at most so many; 0: all
  Augmentation augmentation;
  std::string cache;  ///< indices and pipes; "": the user's cache folder
  int threads = 0;    ///< that decode; 0: as many as compute
  int64_t max_pixels = 200'000'000;
  double bad_limit = 0.5;
};

/// [loss]
struct LossSection {
  LossKind kind = LossKind::infonce;
  double logit_scale = 0;   ///< the stored logarithm at the start; 0: ln(1/0.07), sigmoid ln 10
  double logit_bias = -10;  ///< sigmoid only
  double max_logit_scale = 100;  ///< exp of the clamp
  /// infonce: pairs of one label, or of one caption, share their targets instead of repelling each
  /// other.
  bool share_meanings = false;
  std::string teacher;  ///< a folder of `train teach`; "" none
  double teacher_weight =
      1;  ///< of the distillation term; 1 - weight of the loss itself (MobileCLIP's lambda)
};

/// [optimizer]
struct OptimizerSection {
  double lr = 5e-4;
  double beta1 = 0.9, beta2 = 0.98, eps = 1e-6;
  double weight_decay = 0.2;
  DecayRule decay_rule = DecayRule::published;
  double image_lr = 1, text_lr = 1;  ///< factors of lr for a tower
  double layer_decay = 1;            ///< factor of lr for each block further from the output
  double clip_norm = 0;              ///< of all gradients together; 0: none
  double ema = 0;                    ///< decay of the averaged weights, 0.999; 0: none
};

/// [schedule]
struct ScheduleSection {
  ScheduleKind kind = ScheduleKind::cosine;
  int64_t steps = 0;  ///< one of steps and epochs is given
  double epochs = 0;
  int64_t warmup = 0;    ///< steps from 0 to lr, linear
  int64_t cooldown = 0;  ///< cooldown only
};

/// [compute]
struct ComputeSection {
  int64_t batch_size = 256;  ///< of all processes together
  int64_t micro_batch =
      0;  ///< pairs at a time on one process; 0: all; smaller: exact gradient caching
  std::string device = "cpu";
  std::string precision = "f32";        ///< or "bf16": autocast
  bool packed_texts = true;             ///< captions at their own length
  bool pruned_last_block = true;        ///< the last block for the pooled row alone
  bool fused_operations = true;         ///< our kernels on the CPU; false: libtorch's alone
  bool checkpoint_activations = false;  ///< blocks are computed again backward
  double patch_dropout = 0;             ///< FLIP: share of patches left out in training
  bool frozen_batch_norm = false;  ///< ModifiedResNet: running statistics, needed with micro_batch
  int64_t timeout_s = 300;         ///< after which a silent peer ends the run
};

/// [save] and [evaluate]
struct SaveSection {
  int64_t every = 1000;  ///< steps; 0: the last step alone, which is saved always
  int keep = 2;          ///< newest checkpoints kept
};
struct EvaluateSection {
  int64_t every = 0;                   ///< steps; 0: at the end alone
  std::vector<std::string> zeroshot;   ///< data for `eval zeroshot`
  std::vector<std::string> retrieval;  ///< data for `eval retrieval`
  std::string templates = "simple";
};

struct RunConfig {
  std::string out;  ///< the run's folder
  uint64_t seed = 0;
  ModelSection model;
  DataSection data;
  LossSection loss;
  OptimizerSection optimizer;
  ScheduleSection schedule;
  ComputeSection compute;
  SaveSection save;
  EvaluateSection evaluate;
};

/// One key: "optimizer.lr", its default as TOML, what it means. For --help, docs and flags.
struct ConfigKey {
  std::string name, type, default_value, help;
};
const std::vector<ConfigKey>& config_keys();
/// The keys of one [[data.train]] or [[data.validation]] table.
const std::vector<ConfigKey>& source_keys();

/// A source's templates may be the path of a file with one a line, which is read; a single text
/// that is neither that nor a sentence with {} stays, for the caller to replace by a set's
/// sentences. Reads TOML text, then `overrides` ("optimizer.lr", "1e-3": a TOML value, or a bare
/// string). Relative paths in the file are taken from `folder`. Errors: bad_input naming the file,
/// line, key and what may stand there (unknown keys with the nearest known one).
RunConfig parse_run_config(const std::string& toml, const std::string& name,
                           const std::string& folder,
                           const std::vector<std::pair<std::string, std::string>>& overrides);
/// read_file and parse_run_config; "" reads no file, overrides alone.
RunConfig read_run_config(const std::string& path,
                          const std::vector<std::pair<std::string, std::string>>& overrides);
/// What contradicts itself or is out of range (bad_input, one sentence).
void validate(const RunConfig& config);
/// The whole configuration, defaults included; parse_run_config gives it back.
std::string to_toml(const RunConfig& config);

}  // namespace tandem
