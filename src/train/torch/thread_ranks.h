// Ranks as threads of one process: what many processes compute, for `verify` and tests.
#pragma once

#include <functional>

#include "train/torch/communicator.h"

namespace tandem::torch_train {

/// Runs `body` once for each rank, on a thread of its own, and returns when all are done. The first
/// exception of a rank is thrown again; the others' waiting calls then end with an Error (io).
void run_ranks(int ranks, const std::function<void(Communicator&)>& body);

}  // namespace tandem::torch_train
