// What libtandem-torch.so exports for training.
#include "backend/torch/border.h"
#include "backend/torch/torch_backend.h"
#include "train/torch/step_bench.h"
#include "train/torch/trainer.h"

namespace tandem::torch_train {
namespace {

at::Device device_of(const ComputeSection& compute, const ProcessPlace& place) {
  const bool any_gpu = compute.device == "cuda" && place.size > 1;
  return torch_backend::device_named(any_gpu ? fmt::format("cuda:{}", place.local_rank)
                                             : compute.device);
}

void check_batch(const RunConfig& config, int ranks) {
  if (config.compute.batch_size % ranks != 0)
    fail(
        ErrorKind::bad_input,
        "compute.batch_size is {}, which {} processes cannot share evenly; choose a multiple of {}",
        config.compute.batch_size, ranks, ranks);
}

}  // namespace
}  // namespace tandem::torch_train

extern "C" void tandem_train(const tandem::TrainRequest& request, const tandem::TrainHooks& hooks,
                             tandem::TrainSummary& out) {
  using namespace tandem::torch_train;
  tandem::torch_backend::at_border([&] {
    validate(request.config);
    const ProcessPlace place = place_from_environment();
    check_batch(request.config, place.size);
    const at::Device device = device_of(request.config.compute, place);
    const auto communicator = place.size == 1
                                  ? single_process()
                                  : connect(place, device, request.config.compute.timeout_s);
    out = Trainer(request, hooks, *communicator, device).run();
  });
}

extern "C" void tandem_bench_training(
    const tandem::StepBench& bench, const std::function<void(const tandem::StepTiming&)>& report) {
  tandem::torch_backend::at_border([&] { tandem::torch_train::bench_steps(bench, report); });
}
