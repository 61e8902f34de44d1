// Prepares weights: packs matrices, folds batch norm, converts to float.
//
// What is packed or converted here is not read from the model's files again; tables are, row by
// row. So the owner of the files may release the pages of everything but the embeddings.
#include <cmath>
#include <vector>

#include "backend/cpu/cpu_backend.h"

namespace tandem::cpu {
namespace {

Backend::Vector padded(int64_t size) {
  const int64_t whole = (size + kPanel - 1) / kPanel * kPanel;
  Backend::Vector vector{Floats(whole), size};
  std::fill_n(vector.values.data(), whole, 0.0f);
  return vector;
}

}  // namespace

Backend::Linear Backend::linear_weights(const LinearRef& ref) {
  Linear linear{.weight = pack(ref.weight.tensor, ref.transposed)};
  if (ref.bias) linear.bias = vector(*ref.bias);
  return linear;
}

Backend::LayerNorm Backend::layer_norm_weights(const WeightRef& gain, const WeightRef& bias,
                                               double eps) {
  return {vector(gain), vector(bias), eps};
}

Backend::Vector Backend::vector(const WeightRef& ref) {
  Vector vector = padded(ref.tensor.elements());
  convert(ref.tensor, 0, vector.size, vector.values.data());
  return vector;
}

Backend::Vector Backend::clamped_exp(Vector values, double max) {
  for (int64_t i = 0; i < values.size; ++i) {
    float& value = values.values.data()[i];
    value = static_cast<float>(std::exp(std::min<double>(value, max)));
  }
  return values;
}

Backend::Table Backend::table(const WeightRef& ref) { return {ref.tensor}; }

Backend::PatchEmbedding Backend::patch_embedding_weights(const WeightRef& ref) {
  return {.weight = pack(ref.tensor, false),
          .patch_height = static_cast<int>(ref.tensor.shape[2]),
          .patch_width = static_cast<int>(ref.tensor.shape[3])};
}

Backend::Convolution Backend::convolution_weights(const ConvolutionRef& ref) {
  const auto& shape = ref.weight.tensor.shape;
  const int64_t out = shape[0], channels = shape[1], area = shape[2] * shape[3];
  const auto gain = to_double(ref.gain.tensor), mean = to_double(ref.mean.tensor);
  const auto variance = to_double(ref.variance.tensor), bias = to_double(ref.bias.tensor);
  std::vector<double> factor(static_cast<size_t>(out));
  Convolution folded{.bias = padded(out),
                     .kernel = static_cast<int>(shape[2]),
                     .stride = ref.stride,
                     .padding = ref.padding};
  for (int64_t i = 0; i < out; ++i) {
    factor[i] = gain[i] / std::sqrt(variance[i] + ref.eps);
    folded.bias.values.data()[i] = static_cast<float>(bias[i] - mean[i] * factor[i]);
  }
  // Channels come last, as in the feature maps.
  folded.weight = pack(out, channels * area, [&](int64_t column, float* to) {
    std::vector<float> stored(static_cast<size_t>(channels * area));
    convert(ref.weight.tensor, column * channels * area, channels * area, stored.data());
    for (int64_t channel = 0; channel < channels; ++channel)
      for (int64_t i = 0; i < area; ++i)
        to[i * channels + channel] =
            static_cast<float>(stored[channel * area + i] * factor[column]);
  });
  return folded;
}

}  // namespace tandem::cpu
