// What libtandem-torch.so exports: an encoder on libtorch, and what `doctor` asks.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <filesystem>

#include "backend/encoder_of.h"
#include "backend/torch/border.h"
#include "backend/torch/torch_backend.h"
#include "backend/torch_library.h"
#include "base/thread_pool.h"

namespace tandem::torch_backend {
namespace {

class TorchEncoder final : public Encoder {
 public:
  TorchEncoder(const ModelConfig& config, const TensorStore& weights, const std::string& device)
      : towers_(config, weights, Shared{.device = device_named(device)}) {}

  void encode_image(const Pixels& pixels, const EncoderOutput& output,
                    const TapListener& listener) const override {
    at_border([&] {
      const c10::InferenceMode no_gradients;
      towers_.encode_image(pixels, output, listener);
    });
  }

  void encode_text(const TextBatch& batch, const EncoderOutput& output,
                   const TapListener& listener) const override {
    at_border([&] {
      const c10::InferenceMode no_gradients;
      towers_.encode_text(batch, output, listener);
    });
  }

 private:
  EncoderOf<Backend> towers_;
};

// Which library answers to BLAS' sgemm, and what is wrong with it.
void describe_blas(TorchInfo& info) {
  if (at::hasMKL()) {
    info.blas = "MKL";
    return;
  }
  void* sgemm = dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info where{};
  if (sgemm == nullptr || dladdr(sgemm, &where) == 0) {
    info.blas = "inside libtorch";
    return;
  }
  std::error_code ignored;
  const auto path = std::filesystem::canonical(where.dli_fname, ignored);
  info.blas = ignored ? where.dli_fname : path.string();
  // OpenBLAS' own answer: 0 one thread, 1 threads of its own, 2 OpenMP.
  void* parallel = dlsym(RTLD_DEFAULT, "openblas_get_parallel");
  if (parallel == nullptr) {
    if (info.blas.find("/blas/") != std::string::npos)
      info.warning = fmt::format(
          "libtorch computes with the reference BLAS ({}) and is up to 100 times slower; install "
          "libopenblas0-openmp",
          info.blas);
  } else if (reinterpret_cast<int (*)()>(parallel)() != 2) {
    info.warning = fmt::format(
        "the OpenBLAS beside libtorch ({}) does not use OpenMP and its threads hinder libtorch's; "
        "install libopenblas0-openmp",
        info.blas);
  }
}

}  // namespace

void fail_with(const c10::Error& error) {
  std::string first = error.what_without_backtrace();
  first = first.substr(0, first.find('\n'));
  while (first.ends_with('.') || first.ends_with(' ')) first.pop_back();
  const bool memory = first.find("out of memory") != std::string::npos ||
                      first.find("allocate memory") != std::string::npos;
  if (memory) fail(ErrorKind::limit, "libtorch: {}; use smaller batches", first);
  fail(ErrorKind::unsupported, "libtorch: {}; --backend cpu does without libtorch", first);
}

void use_our_threads() {
  // Setting starts a pool of libtorch's anew, asking costs nothing.
  if (at::get_num_threads() != thread_count()) at::set_num_threads(thread_count());
}

}  // namespace tandem::torch_backend

extern "C" void tandem_make_torch_encoder(const tandem::ModelConfig& config,
                                          const tandem::TensorStore& weights,
                                          const std::string& device,
                                          std::unique_ptr<tandem::Encoder>& out) {
  using namespace tandem::torch_backend;
  at_border([&] {
    const c10::InferenceMode no_gradients;
    out = std::make_unique<TorchEncoder>(config, weights, device);
  });
}

extern "C" void tandem_torch_info(tandem::TorchInfo& out) {
  using namespace tandem::torch_backend;
  at_border([&] {
    out.version = TORCH_VERSION;
    out.cuda_devices = static_cast<int>(torch::cuda::device_count());
    describe_blas(out);
  });
}
