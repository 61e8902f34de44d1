// Prepared weights: views of a trainer's parameters, or of the checkpoint's memory.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/Device.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>

#include "backend/torch/torch_backend.h"
#include "base/fail.h"
#include "model/weight_table.h"

namespace tandem::torch_backend {
namespace {

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return at::kDouble;
    case DType::f32: return at::kFloat;
    case DType::f16: return at::kHalf;
    case DType::bf16: return at::kBFloat16;
    case DType::i64: return at::kLong;
    case DType::i32: return at::kInt;
    case DType::i16: return at::kShort;
    case DType::i8: return at::kChar;
    case DType::u8: return at::kByte;
    case DType::boolean: return at::kBool;
  }
  return at::kByte;
}

}  // namespace

at::Device device_named(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const bool first = name == "cuda";
  const bool digits =
      name.starts_with("cuda:") && name.size() > 5 && name.size() < 9 &&
      std::all_of(name.begin() + 5, name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!first && !digits)
    fail(ErrorKind::bad_input, "\"{}\" is no device; choose cpu, cuda or cuda:N", name);
  const int index = first ? 0 : std::stoi(name.substr(5));
  const auto devices = static_cast<int>(torch::cuda::device_count());
  if (devices == 0)
    fail(
        ErrorKind::unsupported,
        "the device {} is not there: libtorch {} sees no CUDA device; use the device cpu, or build "
        "Tandem against the libtorch of a PyTorch with CUDA on a machine with a GPU",
        name, TORCH_VERSION);
  if (index >= devices)
    fail(ErrorKind::unsupported, "the device {} is not there: the last one is cuda:{}", name,
         devices - 1);
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

at::Tensor to_tensor(const TensorView& view, const Shared& shared) {
  const auto options = at::TensorOptions(scalar_type(view.dtype));
  // Never written: from_blob only knows pointers that could be.
  auto* bytes = const_cast<std::byte*>(view.bytes.data());
  if (reinterpret_cast<uintptr_t>(bytes) % alignof(std::max_align_t) == 0)
    return at::from_blob(bytes, view.shape, options).to(shared.device, shared.dtype);
  at::Tensor copy = at::empty(view.shape, options);
  std::memcpy(copy.data_ptr(), bytes, view.bytes.size());
  return copy.to(shared.device, shared.dtype);
}

void keep_parameters(Shared& shared, const ModelConfig& config, const TensorStore& weights) {
  for (const auto& spec : weight_table(config)) {
    at::Tensor leaf = to_tensor(weight(weights, spec.name).tensor, shared).clone();
    leaf.set_requires_grad(spec.role != WeightRole::statistic);
    shared.parameters.insert_or_assign(spec.name, std::move(leaf));
  }
}

at::Tensor Backend::parameter(const WeightRef& ref) const {
  if (shared_.parameters.empty()) return to_tensor(ref.tensor, shared_);
  const auto found = shared_.parameters.find(ref.name);
  if (found == shared_.parameters.end())
    fail(ErrorKind::bad_model, "no parameter is called \"{}\"; the model's config was changed",
         ref.name);
  const at::Tensor& whole = found->second;
  const auto& shape = ref.tensor.shape;
  if (shape.empty() || whole.dim() == 0 || whole.size(0) == shape[0]) return whole;
  return whole.narrow(0, ref.row_begin, shape[0]);
}

Backend::Linear Backend::linear_weights(const LinearRef& ref) {
  const at::Tensor stored = parameter(ref.weight);
  return {.weight = ref.transposed ? stored.t() : stored,
          .bias = ref.bias ? parameter(*ref.bias) : at::Tensor()};
}

Backend::LayerNorm Backend::layer_norm_weights(const WeightRef& gain, const WeightRef& bias,
                                               double eps) {
  return {parameter(gain), parameter(bias), eps};
}

Backend::Vector Backend::vector(const WeightRef& ref) { return parameter(ref).reshape({-1}); }

Backend::Vector Backend::clamped_exp(const Vector& values, double max) {
  return values.clamp_max(max).exp();
}

Backend::Table Backend::table(const WeightRef& ref) { return parameter(ref); }

Backend::PatchEmbedding Backend::patch_embedding_weights(const WeightRef& ref) {
  const auto& shape = ref.tensor.shape;
  return {parameter(ref).reshape({shape[0], -1}), shape[2], shape[3]};
}

Backend::Convolution Backend::convolution_weights(const ConvolutionRef& ref) {
  const at::Tensor weight = parameter(ref.weight), gain = parameter(ref.gain),
                   bias = parameter(ref.bias), mean = parameter(ref.mean),
                   variance = parameter(ref.variance);
  Convolution convolution{.stride = ref.stride, .padding = ref.padding};
  if (shared_.training && gain.requires_grad()) {
    convolution.weight = weight;
    convolution.norm = BatchNorm{gain, bias, mean, variance, ref.eps};
  } else {
    const at::Tensor factor = gain * (variance + ref.eps).rsqrt();
    convolution.weight = weight * factor.view({-1, 1, 1, 1});
    convolution.bias = bias - mean * factor;
  }
  return convolution;
}

}  // namespace tandem::torch_backend
