// Patch embedding, convolution and pooling: products whose rows are gathered from pictures and
// feature maps, a block at a time.
#include <algorithm>
#include <cstring>

#include "backend/cpu/cpu_backend.h"

namespace tandem::cpu {
namespace {

using Tensor = Backend::Tensor;

// Copies numbers [begin, begin + count) of a sequence that is made of segments of `length`
// numbers each; segment(i) says where one stands, null for zeros.
template <class Segment>
void gather(int64_t begin, int64_t count, int64_t length, Segment segment, float* to) {
  while (count > 0) {
    const int64_t i = begin / length, skip = begin % length;
    const int64_t n = std::min(length - skip, count);
    if (const float* from = segment(i))
      std::memcpy(to, from + skip, static_cast<size_t>(n) * sizeof(float));
    else
      std::fill_n(to, n, 0.0f);
    to += n;
    begin += n;
    count -= n;
  }
}

}  // namespace

Tensor Backend::patch_embedding(const Pixels& pixels, const PatchEmbedding& conv1,
                                const Vector& class_embedding) {
  const int64_t height = conv1.patch_height, width = conv1.patch_width;
  const int64_t grid_width = pixels.width / width;
  const int64_t length = pixels.height / height * grid_width + 1;
  Tensor x = tensor(pixels.batch * length, conv1.weight.columns());
  // A patch is 3 * height segments of `width` numbers. Class rows are computed as those of an
  // empty patch: cheaper than to leave them out.
  const auto patches = [&](int64_t row, int64_t rows, int64_t begin, int64_t count,
                           float* scratch) {
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t picture = (row + i) / length, patch = (row + i) % length - 1;
      const int64_t top = patch / grid_width * height, left = patch % grid_width * width;
      const float* first = pixels.values.data() + picture * 3 * pixels.height * pixels.width;
      gather(
          begin, count, width,
          [&](int64_t segment) -> const float* {
            if (patch < 0) return nullptr;
            const int64_t channel = segment / height, y = top + segment % height;
            return first + (channel * pixels.height + y) * pixels.width + left;
          },
          scratch + i * count);
    }
    return RowBlock{scratch, count};
  };
  multiply(kernels_, x.rows, patches, conv1.weight, x.row(0), x.stride, {});
  for (int64_t picture = 0; picture < pixels.batch; ++picture)
    std::copy_n(class_embedding.data(), x.width, x.row(picture * length));
  return x;
}

Map<Backend> Backend::pixel_map(const Pixels& pixels) {
  const int64_t area = int64_t{pixels.height} * pixels.width;
  Map<Backend> map{tensor(pixels.batch * area, 3), pixels.batch, pixels.height, pixels.width};
  for_rows(map.rows.rows, 3, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t channel = 0; channel < 3; ++channel)
        map.rows.row(row)[channel] = pixels.values[(row / area * 3 + channel) * area + row % area];
  });
  return map;
}

Map<Backend> Backend::convolution(const Map<Backend>& x, const Convolution& weights,
                                  const Tensor* residual, bool relu) {
  const int kernel = weights.kernel, stride = weights.stride, padding = weights.padding;
  const int height = (x.height + 2 * padding - kernel) / stride + 1;
  const int width = (x.width + 2 * padding - kernel) / stride + 1;
  Map<Backend> y{tensor(x.batch * height * width, weights.weight.columns()), x.batch, height,
                 width};
  const Epilogue epilogue{.bias = weights.bias.data(),
                          .residual = residual ? residual->row(0) : nullptr,
                          .residual_stride = residual ? residual->stride : 0,
                          .relu = relu};
  const auto stored_rows = [&](int64_t row, int64_t, int64_t begin, int64_t, float*) {
    return RowBlock{x.rows.row(row) + begin, x.rows.stride};
  };
  // A window is kernel * kernel segments of all channels of one place.
  const auto windows = [&](int64_t row, int64_t rows, int64_t begin, int64_t count,
                           float* scratch) {
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t picture = (row + i) / (int64_t{height} * width);
      const int64_t top = (row + i) / width % height * stride - padding;
      const int64_t left = (row + i) % width * stride - padding;
      gather(
          begin, count, x.rows.width,
          [&](int64_t segment) -> const float* {
            const int64_t line = top + segment / kernel, column = left + segment % kernel;
            if (line < 0 || line >= x.height || column < 0 || column >= x.width) return nullptr;
            return x.rows.row((picture * x.height + line) * x.width + column);
          },
          scratch + i * count);
    }
    return RowBlock{scratch, count};
  };
  const bool is_plain_product = kernel == 1 && stride == 1 && padding == 0;
  multiply(kernels_, y.rows.rows, is_plain_product ? RowSource(stored_rows) : RowSource(windows),
           weights.weight, y.rows.row(0), y.rows.stride, epilogue);
  return y;
}

Map<Backend> Backend::average_pool(const Map<Backend>& x, int size) {
  const int height = x.height / size, width = x.width / size;
  Map<Backend> y{tensor(x.batch * height * width, x.rows.width), x.batch, height, width};
  for_rows(y.rows.rows, y.rows.width * size * size, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t picture = row / (int64_t{height} * width);
      const int64_t top = row / width % height * size, left = row % width * size;
      float* to = y.rows.row(row);
      for (int64_t i = 0; i < int64_t{size} * size; ++i) {
        const int64_t place = (picture * x.height + top + i / size) * x.width + left + i % size;
        if (i == 0)
          std::copy_n(x.rows.row(place), y.rows.width, to);
        else
          kernels_.add(to, x.rows.row(place), nullptr, y.rows.width);
      }
      kernels_.scale(to, 1 / static_cast<float>(size * size), y.rows.width);
    }
  });
  return y;
}

Tensor Backend::with_mean_row(const Map<Backend>& x) {
  const int64_t area = int64_t{x.height} * x.width;
  Tensor y = tensor(x.batch * (area + 1), x.rows.width);
  for_rows(x.batch, area * y.width, [&](int64_t begin, int64_t end) {
    for (int64_t picture = begin; picture < end; ++picture) {
      float* mean = y.row(picture * (area + 1));
      std::fill_n(mean, y.width, 0.0f);
      for (int64_t i = 0; i < area; ++i) {
        const float* from = x.rows.row(picture * area + i);
        std::copy_n(from, y.width, y.row(picture * (area + 1) + 1 + i));
        kernels_.add(mean, from, nullptr, y.width);
      }
      kernels_.scale(mean, 1 / static_cast<float>(area), y.width);
    }
  });
  return y;
}

}  // namespace tandem::cpu
