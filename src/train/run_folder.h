// What a run leaves on disk: its configuration, log, curves and checkpoints.
//
//   RUN/run.toml               the whole configuration, defaults included
//   RUN/run.json               version, data fingerprints, device, when it began
//   RUN/log.jsonl              a line a step; evaluations and remarks between
//   RUN/events.out.tfevents.*  the same for TensorBoard
//   RUN/report.html            the curves
//   RUN/checkpoints/step-00001000/   a model folder (open_clip or Hugging Face layout) that
//       everything opens, with training.safetensors and training.json beside, to go on from
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "checkpoint/checkpoint.h"
#include "train/run_config.h"
#include "train/trainer.h"

namespace tandem {

struct RunCheckpoint {
  std::string folder;
  int64_t step = 0;
};

/// One writer a run (rank 0). `facts` are a JSON object's text.
class RunFolder {
 public:
  /// Makes the folder and its files. run.json: version, time, and the facts; the model card tells
  /// "command", "architecture", "parameters", "device", "processes", "samples", and "data" and
  /// "validation": [{"path", "samples", "weight", "fingerprint"}...], each where it is there.
  /// Error: bad_input where a run stands there already.
  static RunFolder create(const RunConfig& config, const std::string& facts);
  /// Goes on from a step (0: from the start): log lines and events after it are dropped,
  /// half-written checkpoints removed, later ones set aside.
  static RunFolder resume(const std::string& path, int64_t step);
  ~RunFolder();
  RunFolder(RunFolder&&) noexcept;
  RunFolder& operator=(RunFolder&&) noexcept;

  const std::string& path() const;
  void log_step(const StepRecord& record);
  void log_metrics(int64_t step, const Metrics& metrics);
  void log_remark(int64_t step, const std::string& sentence);
  /// A checkpoint that appears whole or not at all; afterwards the newest `keep` stay. `model`:
  /// what the folder opens as (averaged weights where there are some); `state` and `facts`: what
  /// going on needs.
  std::string save(int64_t step, const Checkpoint& model, const TensorStore& state,
                   const std::string& facts, int keep);
  /// Writes report.html and syncs the logs to disk.
  void finish();

 private:
  class Impl;
  explicit RunFolder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Oldest first; half-written ones are none.
std::vector<RunCheckpoint> run_checkpoints(const std::string& run);
/// "latest" or a folder. Errors: bad_input where there is none, saying what to do.
RunCheckpoint find_run_checkpoint(const std::string& run, const std::string& which);

/// The state beside a checkpoint's model.
struct TrainingState {
  TensorStore
      tensors;  ///< "m.NAME", "v.NAME" (moments), "param.NAME" where the model has averaged weights
  std::string facts;  ///< training.json's text
};
TrainingState read_training_state(const std::string& checkpoint_folder);

/// One run's curves, read from log.jsonl (a half-written last line is passed over).
struct RunLog {
  std::string name;
  std::vector<StepRecord> steps;
  std::vector<std::pair<int64_t, Metrics>> metrics;
  std::vector<std::pair<int64_t, std::string>> remarks;
};
RunLog read_run_log(const std::string& run);

/// One self-contained HTML page with the curves of one or several runs.
std::string report_page(const std::vector<RunLog>& runs);

/// The model card of a run's checkpoint in Markdown, as Hugging Face's hub reads it: data, steps,
/// metrics, cost, limits. `layout` decides how it says to open the model. Paths are shortened to
/// what names the data.
std::string model_card(const std::string& run, int64_t step, Layout layout);

/// Writes a model folder of the layout with its card as README.md. `path`: a run (its newest
/// checkpoint), or one of its checkpoints. Gives the checkpoint. Errors: as find_run_checkpoint and
/// write_checkpoint.
RunCheckpoint export_run(const std::string& path, const std::string& out, Layout layout,
                         std::optional<DType> dtype);

}  // namespace tandem
