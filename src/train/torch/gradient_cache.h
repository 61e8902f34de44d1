// One loss over a batch of any size in the memory of one portion, exactly (GradCache, arXiv
// 2101.06983): features first without a graph, the loss' gradient by all features, then each
// portion again with its share.
#pragma once

#include <functional>
#include <vector>

#include "data/feeder.h"
#include "train/torch/loss.h"
#include "train/torch/trainable_model.h"

namespace tandem::torch_train {

/// Asks for the step's next portion: all of them once, and, where there are several, all of them a
/// second time.
using NextPortion = std::function<const MicroBatch&()>;

struct StepLoss {
  double loss = 0;  ///< mean over ranks
};

/// What the loss is of: this rank's pairs of a batch.
struct BatchFeatures {
  at::Tensor image, text;                                ///< [n, d]
  std::vector<int64_t> meanings{};                       ///< as MicroBatch's
  std::vector<float> teacher_images{}, teacher_texts{};  ///< [n, teacher's width], or empty

  /// Takes what a portion knows beside its features.
  void add(const MicroBatch& portion);
};

/// The loss of features, with gradients: infonce, sigmoid_loss, a mixture with distillation.
using BatchLoss = std::function<LossResult(const BatchFeatures&)>;

/// Adds to the gradients of the model's leaves and averages them over ranks. `portions` of one step
/// on this rank. Error: unsupported for batch norm in training mode with more than one portion.
StepLoss accumulate_gradients(TrainableModel& model, int64_t portions, const NextPortion& next,
                              const BatchLoss& loss, uint64_t seed, Communicator& communicator);

}  // namespace tandem::torch_train
