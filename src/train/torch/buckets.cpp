// Many small tensors in few collective calls.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <vector>

#include "train/torch/communicator.h"

namespace tandem::torch_train {
namespace {

// Elements of a bucket: 16 MiB of floats. A larger tensor goes alone.
constexpr int64_t kBucket = int64_t{1} << 22;

void reduce_together(Communicator& communicator, std::span<at::Tensor> tensors) {
  if (tensors.size() == 1) return communicator.all_reduce_sum(tensors[0]);
  std::vector<at::Tensor> flat;
  for (const auto& tensor : tensors) flat.push_back(tensor.reshape({-1}));
  at::Tensor bucket = at::cat(flat);
  communicator.all_reduce_sum(bucket);
  int64_t begin = 0;
  for (auto& tensor : tensors) {
    tensor.copy_(bucket.narrow(0, begin, tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
}

}  // namespace

void all_reduce_sum(Communicator& communicator, std::span<at::Tensor> tensors) {
  if (communicator.size() == 1) return;
  const at::NoGradGuard no_gradients;
  size_t begin = 0;
  while (begin < tensors.size()) {
    int64_t elements = tensors[begin].numel();
    size_t end = begin + 1;
    while (end < tensors.size() && tensors[end].scalar_type() == tensors[begin].scalar_type() &&
           elements + tensors[end].numel() <= kBucket)
      elements += tensors[end++].numel();
    reduce_together(communicator, tensors.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace tandem::torch_train
