#include "train/torch/validation.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <utility>

namespace tandem::torch_train {
namespace {

// Batch norm and patch dropout as in evaluation, until the end of the scope.
class EvaluationMode {
 public:
  explicit EvaluationMode(TrainableModel& model) : model_(model) { model_.set_training(false); }
  ~EvaluationMode() { model_.set_training(true); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  TrainableModel& model_;
};

}  // namespace

double validation_loss(TrainableModel& model, const Dataset& dataset, const Tokenizer& tokenizer,
                       const ValidationPlan& plan, const FeederOptions& options,
                       const BatchLoss& loss, Communicator& communicator) {
  const c10::NoGradGuard no_gradients;
  const EvaluationMode evaluation(model);
  const std::vector<double> once(dataset.sources().size(), 1);
  const Order order(dataset.source_begins(), once, options.seed);
  const int ranks = communicator.size();
  int64_t pairs = order.epoch_size();
  if (plan.pairs > 0) pairs = std::min(pairs, plan.pairs);
  int64_t batch = std::min(plan.batch_size, pairs);
  batch = std::max<int64_t>(batch / ranks, 1) * ranks;
  const int64_t batches = std::max<int64_t>(pairs / batch, 1);
  const int64_t mine = batch / ranks;
  const int64_t portion = plan.micro_batch > 0 ? std::min(plan.micro_batch, mine) : mine;
  Feeder feeder(dataset, order, tokenizer,
                {.steps = batches,
                 .batch_size = batch,
                 .micro_batch = portion,
                 .rank = communicator.rank(),
                 .ranks = ranks},
                options);
  at::Tensor sum = at::scalar_tensor(
      0.0, model.parameters().at("logit_scale").options().dtype(at::kDouble).requires_grad(false));
  MicroBatch next;
  for (int64_t step = 0; step < batches; ++step) {
    std::vector<at::Tensor> images, texts;
    BatchFeatures features;
    for (int64_t done = 0; done < mine;) {
      next = feeder.next(std::move(next));
      images.push_back(model.encode_image({.values = next.pixels,
                                           .batch = next.size,
                                           .height = options.preprocess.height,
                                           .width = options.preprocess.width},
                                          0));
      texts.push_back(model.encode_text(next.tokens));
      features.add(next);
      done += next.size;
    }
    features.image = at::cat(images);
    features.text = at::cat(texts);
    sum += loss(features).loss;
  }
  communicator.all_reduce_sum(sum);
  return sum.item<double>() / static_cast<double>(batches * ranks);
}

}  // namespace tandem::torch_train
