// The training loop.
#pragma once

#include <memory>
#include <optional>

#include "data/feeder.h"
#include "train/run_folder.h"
#include "train/torch/communicator.h"
#include "train/torch/gradient_cache.h"
#include "train/torch/train_state.h"
#include "train/trainer.h"

namespace tandem::torch_train {

/// One process' part of a run, from its first step here to its last.
class Trainer {
 public:
  Trainer(const TrainRequest& request, const TrainHooks& hooks, Communicator& communicator,
          const at::Device& device);
  TrainSummary run();

 private:
  void begin(const std::string& resume);
  FeedPlan plan_from(int64_t step) const;
  StepRecord take_step(Feeder& feeder);
  /// Lets the averaged weights follow, with batch norm's statistics of their own.
  void follow();
  LossResult batch_loss(const BatchFeatures& features);
  void check_finite(double loss, double norm, const std::vector<std::string>& keys) const;
  void after_step(const StepRecord& record, Feeder& feeder);
  void report_bad_samples(Feeder& feeder);
  void remark(const std::string& sentence);
  void save();
  void evaluate();
  bool leader() const { return communicator_.rank() == 0; }

  const RunConfig config_;
  const TrainHooks& hooks_;
  Communicator& communicator_;
  TrainState state_;
  const Tokenizer tokenizer_;
  const Dataset dataset_;
  const std::optional<Dataset> validation_;
  std::optional<TeacherStore> teacher_;
  const Order order_;
  const int64_t steps_;              // of the whole run
  std::optional<RunFolder> folder_;  // the leader's
  std::string facts_;                // JSON
  std::string saved_;
  int64_t saved_step_ = -1;
  double waited_before_ = 0;
  MicroBatch portion_;  // kept: the next one takes its memory
  bool preempted_ = false;
};

}  // namespace tandem::torch_train
