#include "image/resize.h"

#include <algorithm>
#include <cstring>

#include "base/fail.h"
#include "image/resample.h"
#include "image/resize_window.h"

namespace tandem {
namespace {

// What resize() may make in one piece.
constexpr int64_t kMaxPixels = int64_t{1} << 28;

Image empty_like(const Image& image, int width, int height) {
  return {image.mode, width, height, {}, image.palette};
}

std::vector<std::array<uint8_t, 3>> grey_ramp() {
  std::vector<std::array<uint8_t, 3>> ramp(256);
  for (int i = 0; i < 256; ++i) ramp[i].fill(static_cast<uint8_t>(i));
  return ramp;
}

// Which source index an output takes; -1 for none. Pillow adds the scale up in
// double precision (libImaging/Geometry.c, ImagingScaleAffine), so at ties the
// accumulated rounding decides; 16-bit pictures go through its general transform,
// which multiplies.
std::vector<int> nearest_indices(int in, int out, int begin, int end, bool accumulate) {
  const double scale = static_cast<double>(static_cast<float>(in)) / out;
  std::vector<int> indices(end - begin);
  double at = scale * 0.5;
  for (int i = 0; i < end; ++i) {
    const double position = accumulate ? at : scale * (i + 0.5);
    if (i >= begin) indices[i - begin] = position < in ? static_cast<int>(position) : -1;
    at += scale;
  }
  return indices;
}

template <size_t kBytes>
void pick_row(const std::vector<int>& columns, const uint8_t* from, uint8_t* to) {
  for (const int column : columns) {
    if (column >= 0) std::memcpy(to, from + column * kBytes, kBytes);
    to += kBytes;
  }
}

void pick_row(size_t bytes, const std::vector<int>& columns, const uint8_t* from, uint8_t* to) {
  switch (bytes) {
    case 1: return pick_row<1>(columns, from, to);
    case 2: return pick_row<2>(columns, from, to);
    case 3: return pick_row<3>(columns, from, to);
    default: return pick_row<4>(columns, from, to);
  }
}

Image resize_nearest(const Image& image, int width, int height, Window window) {
  const bool accumulate = image.mode != Mode::i16;
  const std::vector<int> columns =
      nearest_indices(image.width, width, window.left, window.left + window.width, accumulate);
  const std::vector<int> rows =
      nearest_indices(image.height, height, window.top, window.top + window.height, accumulate);
  const size_t bytes = bytes_per_pixel(image.mode);
  Image result = empty_like(image, window.width, window.height);
  result.pixels.resize(bytes * window.width * window.height);
  for (int y = 0; y < window.height; ++y) {
    if (rows[y] < 0) continue;
    pick_row(bytes, columns, image.pixels.data() + bytes * image.width * rows[y],
             result.pixels.data() + bytes * window.width * y);
  }
  return result;
}

template <class Sample>
Image resize_wide(const Image& image, int width, int height, Filter filter, Window window) {
  std::vector<Sample> samples(image.pixels.size() / sizeof(Sample));
  std::memcpy(samples.data(), image.pixels.data(), samples.size() * sizeof(Sample));
  const std::vector<Sample> resized = resample_wide<Sample>(
      {samples.data(), image.width, image.height, 1}, width, height, filter, window);
  Image result = empty_like(image, window.width, window.height);
  result.pixels.resize(resized.size() * sizeof(Sample));
  std::memcpy(result.pixels.data(), resized.data(), result.pixels.size());
  return result;
}

}  // namespace

Image resize_window(const Image& image, int width, int height, Filter filter, Window window) {
  if (width < 1 || height < 1 || image.width < 1 || image.height < 1) {
    fail(ErrorKind::bad_input,
         "a picture of {}x{} pixels cannot be resized to {}x{}; every side must be at least 1",
         image.width, image.height, width, height);
  }
  if (width == image.width && height == image.height) {
    return crop(image, window.left, window.top, window.width, window.height);
  }
  if (filter == Filter::nearest || image.mode == Mode::bilevel || image.mode == Mode::p) {
    return resize_nearest(image, width, height, window);
  }
  switch (image.mode) {
    case Mode::i16:
      fail(ErrorKind::unsupported,
           "a 16-bit grey picture (mode I;16) is resized by nearest alone, as Pillow 9.4 does; "
           "store it as 8-bit grey, or as 16-bit PNG");
    case Mode::i: return resize_wide<int32_t>(image, width, height, filter, window);
    case Mode::f: return resize_wide<float>(image, width, height, filter, window);
    default: break;
  }
  Image result = empty_like(image, window.width, window.height);
  const bool premultiply = image.mode == Mode::la || image.mode == Mode::rgba;
  result.pixels =
      resample_bytes({image.pixels.data(), image.width, image.height, bytes_per_pixel(image.mode)},
                     width, height, filter, window, premultiply, chosen_isa());
  // Pillow loses a PA picture's palette here: its indices become greys.
  if (image.mode == Mode::pa) result.palette = grey_ramp();
  return result;
}

Image resize(const Image& image, int width, int height, Filter filter) {
  if (static_cast<int64_t>(width) * height > kMaxPixels) {
    fail(ErrorKind::limit, "a picture cannot be resized to {}x{}: the limit is {} pixels", width,
         height, kMaxPixels);
  }
  return resize_window(image, width, height, filter, {0, 0, width, height});
}

Image crop(const Image& image, int left, int top, int width, int height) {
  const int64_t most = std::max(kMaxPixels, int64_t{image.width} * image.height);
  if (width < 0 || height < 0 || int64_t{width} * height > most) {
    fail(ErrorKind::limit, "a crop cannot be {}x{}: the limit is {} pixels", width, height, most);
  }
  const size_t bytes = bytes_per_pixel(image.mode);
  Image result = empty_like(image, width, height);
  result.pixels.resize(bytes * width * height);
  const int64_t from = std::max<int64_t>(left, 0);
  const int64_t to = std::min<int64_t>(int64_t{left} + width, image.width);
  if (from >= to) return result;
  for (int y = 0; y < height; ++y) {
    const int64_t row = int64_t{top} + y;
    if (row < 0 || row >= image.height) continue;
    std::copy_n(image.pixels.data() + (row * image.width + from) * bytes, (to - from) * bytes,
                result.pixels.data() + (static_cast<int64_t>(y) * width + from - left) * bytes);
  }
  return result;
}

}  // namespace tandem
