#include "search/picture_signature.h"

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "image/decode.h"
#include "image/resize.h"

namespace tandem {
namespace {

constexpr int kSide = PictureSignature::kSide;
constexpr int kColours = PictureSignature::kColours;
constexpr int kBlock = kSide / 8;
constexpr int kSharpSide = 512;
constexpr float kSteps = 32;  // of a standard deviation

// ITU-R BT.601, as JPEG has it.
float luminance_of(const uint8_t* p) { return 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]; }

uint8_t byte_of(float value) {
  return static_cast<uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
}

RgbImage scaled(const Image& picture, int width, int height) {
  return to_rgb(resize(picture, width, height, Filter::bicubic));
}

Image as_rgb(const Image& picture) {
  RgbImage rgb = to_rgb(picture);
  return {
      .mode = Mode::rgb, .width = rgb.width, .height = rgb.height, .pixels = std::move(rgb.pixels)};
}

float sharpness_of(const Image& picture) {
  const int longer = std::max(picture.width, picture.height);
  const double factor = std::min(1.0, double(kSharpSide) / longer);
  const auto side = [&](int length) { return std::max(1, static_cast<int>(length * factor)); };
  const RgbImage small = scaled(picture, side(picture.width), side(picture.height));
  double sum = 0, squares = 0;
  int64_t count = 0;
  const auto at = [&](int x, int y) {
    return luminance_of(small.pixels.data() + 3 * (int64_t{y} * small.width + x));
  };
  for (int y = 1; y + 1 < small.height; ++y)
    for (int x = 1; x + 1 < small.width; ++x) {
      const double edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
      sum += edge;
      squares += edge * edge;
      ++count;
    }
  if (count == 0) return 0;
  const double mean = sum / static_cast<double>(count);
  return static_cast<float>(
      std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean * mean)));
}

}  // namespace

PictureSignature signature_of(const Image& given) {
  const Image picture = as_rgb(given);
  PictureSignature signature;
  signature.aspect = static_cast<float>(picture.width) / static_cast<float>(picture.height);
  const RgbImage grey = scaled(picture, kSide, kSide);
  std::array<float, kSide * kSide> luminance;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < luminance.size(); ++i) {
    const float value = luminance_of(grey.pixels.data() + 3 * i);
    luminance[i] = value;
    sum += value;
    squares += double{value} * value;
  }
  const double count = kSide * kSide, mean = sum / count;
  signature.contrast = static_cast<float>(std::sqrt(std::max(0.0, squares / count - mean * mean)));
  const float factor = kSteps / std::max(signature.contrast, 1e-3f);
  for (size_t i = 0; i < luminance.size(); ++i)
    signature.luminance[i] = static_cast<int8_t>(std::clamp(
        std::nearbyint((luminance[i] - static_cast<float>(mean)) * factor), -127.0f, 127.0f));
  const RgbImage colours = scaled(picture, kColours, kColours);
  for (int i = 0; i < kColours * kColours; ++i) {
    const uint8_t* p = colours.pixels.data() + 3 * i;
    const float grey_level = luminance_of(p);
    signature.colours[2 * i] = byte_of(128 + 0.564f * (p[2] - grey_level));
    signature.colours[2 * i + 1] = byte_of(128 + 0.713f * (p[0] - grey_level));
  }
  signature.sharpness = sharpness_of(picture);
  return signature;
}

PictureSignature signature_of(const std::string& path) {
  const std::string file = read_file(path);
  const auto bytes = std::as_bytes(std::span(file));
  Image picture = decode_image(bytes, path);
  return signature_of(apply_orientation(std::move(picture), image_info(bytes, path).orientation));
}

Likeness compare(const PictureSignature& a, const PictureSignature& b) {
  Likeness likeness{.aspect = std::max(a.aspect / b.aspect, b.aspect / a.aspect)};
  std::array<double, 64> blocks{};
  double products = 0, squares_a = 0, squares_b = 0;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const double one = a.luminance[y * kSide + x], other = b.luminance[y * kSide + x];
      products += one * other;
      squares_a += one * one;
      squares_b += other * other;
      blocks[y / kBlock * 8 + x / kBlock] += (one - other) * (one - other) / (kBlock * kBlock);
    }
  likeness.correlation = products / std::sqrt(std::max(squares_a * squares_b, 1e-12));
  likeness.worst_block = std::sqrt(*std::max_element(blocks.begin(), blocks.end())) / kSteps;
  double squares = 0;
  for (size_t i = 0; i < a.colours.size(); ++i) {
    const double apart = a.colours[i] - b.colours[i];
    squares += apart * apart;
  }
  likeness.colour = std::sqrt(squares / static_cast<double>(a.colours.size()));
  return likeness;
}

bool same_picture(const PictureSignature& a, const PictureSignature& b) {
  constexpr float kPlain = 4;  // of 255: less contrast is noise
  if (a.contrast < kPlain || b.contrast < kPlain) return false;
  const Likeness likeness = compare(a, b);
  return likeness.correlation >= 0.97 && likeness.worst_block <= 0.5 && likeness.colour <= 8 &&
         likeness.aspect <= 1.03;
}

}  // namespace tandem
