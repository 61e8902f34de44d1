// The loss on pairs that are not trained on.
#pragma once

#include "data/dataset.h"
#include "data/feeder.h"
#include "train/torch/communicator.h"
#include "train/torch/gradient_cache.h"
#include "train/torch/trainable_model.h"

namespace tandem::torch_train {

struct ValidationPlan {
  int64_t batch_size = 0;   ///< negatives of each pair, and so part of what the number means
  int64_t micro_batch = 0;  ///< pairs at a time
  int64_t pairs = 0;        ///< at most so many; 0: all
};

/// The mean loss of whole batches (of one smaller batch where there are fewer pairs), captions and
/// pictures the same each time, pictures preprocessed as for evaluation. Every rank calls it; all
/// get the same number.
double validation_loss(TrainableModel& model, const Dataset& dataset, const Tokenizer& tokenizer,
                       const ValidationPlan& plan, const FeederOptions& options,
                       const BatchLoss& loss, Communicator& communicator);

}  // namespace tandem::torch_train
