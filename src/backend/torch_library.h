// Opens libtandem-torch.so when somebody asks for it, so that inference never links
// libtorch.
#pragma once

#include <memory>
#include <string>

#include "backend/encoder.h"

namespace tandem {

/// What the torch backend stands on, for `doctor`.
struct TorchInfo {
  std::string path;      ///< of libtandem-torch.so
  std::string version;   ///< of libtorch, "1.13.0"
  int cuda_devices = 0;  ///< that libtorch sees
  std::string blas;      ///< what computes its products on the CPU: a library's path, or "MKL"
  std::string warning;   ///< a sentence where that is slow, else ""
};

/// What libtandem-torch.so exports under these names, with C linkage. Results
/// come through `out`; exceptions of type Error pass through.
inline constexpr const char* kTorchEncoderSymbol = "tandem_make_torch_encoder";
using MakeTorchEncoder = void (*)(const ModelConfig& config, const TensorStore& weights,
                                  const std::string& device, std::unique_ptr<Encoder>& out);
inline constexpr const char* kTorchInfoSymbol = "tandem_torch_info";
using FillTorchInfo = void (*)(TorchInfo& out);

/// Errors: unsupported where the library or the device is not there; the
/// sentence names the package that brings it.
std::unique_ptr<Encoder> make_torch_encoder(const ModelConfig& config, const TensorStore& weights,
                                            const std::string& device);

/// The path of libtandem-torch.so, or "" where it cannot be opened; `why` then
/// says so in a sentence (for `doctor`).
std::string torch_library_path(std::string* why = nullptr);

/// Error: unsupported where the library cannot be opened.
TorchInfo torch_info();

/// The address of something else that the library exports with C linkage (train/trainer.h).
/// Errors: unsupported where the library or the symbol is not there, naming the package.
void* torch_symbol(const char* name);

}  // namespace tandem
