// The trainer, which stands in libtandem-torch.so and is opened when somebody trains.
#include "backend/torch_library.h"
#include "train/trainer.h"

namespace tandem {

TrainSummary run_training(const TrainRequest& request, const TrainHooks& hooks) {
  TrainSummary summary;
  reinterpret_cast<TrainFunction>(torch_symbol(kTrainSymbol))(request, hooks, summary);
  return summary;
}

void bench_training(const StepBench& bench, const std::function<void(const StepTiming&)>& report) {
  reinterpret_cast<BenchTrainingFunction>(torch_symbol(kBenchTrainingSymbol))(bench, report);
}

std::map<std::string, TrainingValue> run_training_case(const TrainingCase& training_case) {
  std::map<std::string, TrainingValue> values;
  reinterpret_cast<TrainingCaseFunction>(torch_symbol(kTrainingCaseSymbol))(training_case, values);
  return values;
}

}  // namespace tandem
