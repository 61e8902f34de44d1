// A backward of our own in libtorch's graph, for the libtorchs that hold nodes differently.
#pragma once

#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace tandem::torch_backend {

/// Says that `result` was made by a new Backward(args...). Nodes are counted from outside in 1.13,
/// and count themselves in 2.15.
template <class Backward, class... Args>
void set_backward(at::Tensor& result, Args&&... args) {
  if constexpr (std::is_base_of_v<c10::intrusive_ptr_target, Backward>)
    torch::autograd::set_history(result,
                                 c10::make_intrusive<Backward>(std::forward<Args>(args)...));
  else
    torch::autograd::set_history(result, std::make_shared<Backward>(std::forward<Args>(args)...));
}

}  // namespace tandem::torch_backend
