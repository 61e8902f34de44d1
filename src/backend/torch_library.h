// Opens libtandem-torch.so when somebody asks for it, so that inference never links
// libtorch.
#pragma once

#include <memory>
#include <string>

#include "backend/encoder.h"

namespace tandem {

/// What libtandem-torch.so exports, under this name, with C linkage:
/// std::unique_ptr<Encoder>* is returned through `out`. Exceptions of type
/// Error pass through.
inline constexpr const char* kTorchEncoderSymbol = "tandem_make_torch_encoder";
using MakeTorchEncoder = void (*)(const ModelConfig& config, const TensorStore& weights,
                                  const std::string& device, std::unique_ptr<Encoder>& out);

/// Errors: unsupported where the library or the device is not there; the
/// sentence names the package that brings it.
std::unique_ptr<Encoder> make_torch_encoder(const ModelConfig& config, const TensorStore& weights,
                                            const std::string& device);

/// The path of libtandem-torch.so, or "" where it cannot be opened; `why` then
/// says so in a sentence (for `doctor`).
std::string torch_library_path(std::string* why = nullptr);

}  // namespace tandem
