// The trainer's face: what `cli` calls, and what libtandem-torch.so does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/tensor.h"
#include "train/run_config.h"

namespace tandem {

/// One step, as the log and the progress bar show it.
struct StepRecord {
  int64_t step = 0, steps = 0;  ///< done so far, of all
  double epoch = 0;
  double loss = 0, lr = 0, logit_scale = 0 /* exp */, logit_bias = 0, grad_norm = 0;
  double seconds = 0;         ///< of this step
  double waited_seconds = 0;  ///< of these, for data
  double pairs_per_second = 0;
  int64_t bad_samples = 0;  ///< in all
};

/// name ("validation/loss", "zeroshot/eval-cifar10/top1") and value.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Called on rank 0 alone.
struct TrainHooks {
  std::function<void(const StepRecord&)> on_step{};
  std::function<void(const std::string& sentence)> on_remark{};
  std::function<void(int64_t step, const Metrics& metrics)> on_metrics{};
  /// Measures a model folder; wired by whoever may use zero_shot and eval.
  std::function<Metrics(const std::string& model_folder)> evaluate{};
};

struct TrainRequest {
  RunConfig config;
  std::string resume;     ///< "": a new run; "latest"; or a checkpoint's folder
  std::string command{};  ///< as it was typed: a fact of run.json
};

struct TrainSummary {
  std::string run;         ///< the run's folder; "" on other processes than the first
  std::string checkpoint;  ///< the last one
  int64_t steps = 0;
  double seconds = 0;
  bool preempted = false;  ///< SIGTERM: saved and ended before the last step
};

/// Trains: opens libtandem-torch.so. Reads RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, LOCAL_RANK
/// (torchrun), or Slurm's or Open MPI's names, for many processes. Errors: as the parts'; bad_input
/// where a run stands in the folder and `resume` is empty; io where a peer was lost; bad_input for
/// NaN, naming step and samples.
TrainSummary run_training(const TrainRequest& request, const TrainHooks& hooks);

/// Pairs per second of training steps of one model on made-up pairs, with a saving on or off.
struct StepTiming {
  std::string name;  ///< "as trained", "padded texts", "whole last block", "plain padded loop"...
  double pairs_per_second = 0, spread = 0;
  int repeats = 0;
  int64_t peak_bytes = 0;
};
struct StepBench {
  std::string architecture;  ///< as ModelSection::architecture
  int64_t batch_size = 64, micro_batch = 0;
  int repeats = 5;
  /// Lengths of captions, with start and end token, drawn from in turn.
  std::vector<int> caption_lengths{};
};
void bench_training(const StepBench& bench, const std::function<void(const StepTiming&)>& report);

/// For `verify`: what the reference's training computes, on the trainer's own code, in float32.
struct TrainingCase {
  std::string model;  ///< a checkpoint's path; "" for loss cases
  std::string kind;   ///< "single", "ranks"; "steps", "accumulation", "batchnorm_step"
  LossKind loss = LossKind::infonce;
  int ranks = 1;
  std::vector<int64_t> micro_batches{};
  OptimizerSection optimizer{};
  ScheduleSection schedule{};
  const TensorStore* inputs = nullptr;  ///< the case's arrays
  std::string device = "cpu";
};
struct TrainingValue {
  Shape shape;
  std::vector<double> values;
};
/// By the names of the case's `expect`: "losses", "grad.visual.proj", "param.logit_scale"...
std::map<std::string, TrainingValue> run_training_case(const TrainingCase& training_case);

/// What libtandem-torch.so exports, with C linkage; Error passes through.
inline constexpr const char* kTrainSymbol = "tandem_train";
using TrainFunction = void (*)(const TrainRequest& request, const TrainHooks& hooks,
                               TrainSummary& out);
inline constexpr const char* kBenchTrainingSymbol = "tandem_bench_training";
using BenchTrainingFunction = void (*)(const StepBench& bench,
                                       const std::function<void(const StepTiming&)>& report);
inline constexpr const char* kTrainingCaseSymbol = "tandem_training_case";
using TrainingCaseFunction = void (*)(const TrainingCase& training_case,
                                      std::map<std::string, TrainingValue>& out);

}  // namespace tandem
