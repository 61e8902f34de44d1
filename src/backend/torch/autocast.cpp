// libtorch's autocast for the calls of one thread. Its names changed with 2.4.
#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include "backend/torch/torch_backend.h"

namespace tandem::torch_backend {
namespace {

void set_autocast(bool cuda, bool on) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, on);
#else
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(on);
  }
#endif
}

}  // namespace

Autocast::Autocast(const Shared& shared) : on_(shared.bf16), cuda_(shared.device.is_cuda()) {
  if (!on_) return;
  // Each weight is cast once a pass anyway, and a cast made without a graph must not be met by one
  // with a graph.
  was_caching_ = at::autocast::is_autocast_cache_enabled();
  at::autocast::set_autocast_cache_enabled(false);
  set_autocast(cuda_, true);
}

Autocast::~Autocast() {
  if (!on_) return;
  set_autocast(cuda_, false);
  at::autocast::set_autocast_cache_enabled(was_caching_);
}

}  // namespace tandem::torch_backend
