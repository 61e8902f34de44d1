#include "data/augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "data/colour.h"
#include "data/crop_box.h"
#include "data/random.h"
#include "image/resize.h"

namespace tandem {
namespace {

void check(const Image& image, const Augmentation& a, const PreprocessConfig& config,
           const std::string& name) {
  if (image.width < 1 || image.height < 1)
    fail(ErrorKind::bad_input, "{}: a picture without pixels cannot be used; leave it out", name);
  if (config.width < 1 || config.height < 1)
    fail(ErrorKind::bad_input, "{}: {}x{} is no size of a picture; give sides of 1 or more", name,
         config.width, config.height);
  const bool crop = a.scale_min > 0 && a.scale_min <= a.scale_max && a.scale_max <= 1 &&
                    a.ratio_min > 0 && a.ratio_min <= a.ratio_max && std::isfinite(a.ratio_max);
  const bool colour =
      a.brightness >= 0 && a.contrast >= 0 && a.saturation >= 0 && a.hue >= 0 && a.hue <= 0.5;
  const auto is_probability = [](double p) { return p >= 0 && p <= 1; };
  if (!crop || !colour || !is_probability(a.flip) || !is_probability(a.gray) ||
      !is_probability(a.color_jitter_probability) || !is_probability(a.low_resolution) ||
      !(a.low_resolution_side >= 1))
    fail(ErrorKind::bad_input,
         "{}: cannot be augmented by {}; scales lie in 0 to 1, ratios above 0, hue in 0 to 0.5, "
         "probabilities in 0 to 1, sides from 1, and the smaller bound comes first",
         name, describe(a));
}

using Change = void (*)(RgbImage&, double);

/// torchvision's ColorJitter: each change by a factor around 1 (the hue's around 0), in random
/// order.
void jitter(RgbImage& picture, const Augmentation& a, RandomStream& random) {
  struct Step {
    Change change;
    double range, middle;
  };
  std::array<Step, 4> steps = {{{adjust_brightness, a.brightness, 1},
                                {adjust_contrast, a.contrast, 1},
                                {adjust_saturation, a.saturation, 1},
                                {adjust_hue, a.hue, 0}}};
  for (int64_t i = 3; i > 0; --i)
    std::swap(steps[static_cast<size_t>(i)], steps[static_cast<size_t>(random.below(i + 1))]);
  for (const Step& step : steps) {
    const double low = step.middle - step.range;
    const double factor =
        random.between(step.middle > 0 ? std::max(0.0, low) : low, step.middle + step.range);
    if (step.range > 0) step.change(picture, factor);
  }
}

/// Draws from a stream of its own, so that it leaves all others' results.
Image with_lower_resolution(Image picture, const Augmentation& a, Filter filter, uint64_t seed) {
  RandomStream random(hash_words({seed, 0x6c6f7765}));
  if (random.unit() >= a.low_resolution) return picture;
  const double largest = picture.height;
  const double smallest = std::min(a.low_resolution_side, largest);
  const double height = std::exp(random.between(std::log(smallest), std::log(largest)));
  const auto side = [&](int full) {
    return std::max(1, static_cast<int>(std::lround(full * height / largest)));
  };
  const Image small = resize(picture, side(picture.width), side(picture.height), filter);
  return resize(small, picture.width, picture.height, filter);
}

Image cropped_and_resized(const Image& image, const CropBox& box, const PreprocessConfig& config) {
  const bool whole = box.width == image.width && box.height == image.height;
  if (whole) return resize(image, config.width, config.height, config.interpolation);
  return resize(crop(image, box.left, box.top, box.width, box.height), config.width, config.height,
                config.interpolation);
}

}  // namespace

CropBox random_crop_box(int width, int height, const Augmentation& a, RandomStream& random) {
  const double area = static_cast<double>(width) * height;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target = area * random.between(a.scale_min, a.scale_max);
    const double ratio = std::exp(random.between(std::log(a.ratio_min), std::log(a.ratio_max)));
    // Python's round: halves to the even number.
    const double w = std::nearbyint(std::sqrt(target * ratio));
    const double h = std::nearbyint(std::sqrt(target / ratio));
    if (!(w > 0 && w <= width && h > 0 && h <= height)) continue;
    const int top = static_cast<int>(random.below(height - static_cast<int>(h) + 1));
    const int left = static_cast<int>(random.below(width - static_cast<int>(w) + 1));
    return {left, top, static_cast<int>(w), static_cast<int>(h)};
  }
  const double ratio = static_cast<double>(width) / height;
  int w = width, h = height;
  if (ratio < a.ratio_min) h = static_cast<int>(std::nearbyint(w / a.ratio_min));
  if (ratio > a.ratio_max) w = static_cast<int>(std::nearbyint(h * a.ratio_max));
  w = std::max(w, 1);
  h = std::max(h, 1);
  return {(width - w) / 2, (height - h) / 2, w, h};
}

RgbImage augment(const Image& image, const Augmentation& augmentation,
                 const PreprocessConfig& config, uint64_t seed, const std::string& name) {
  check(image, augmentation, config, name);
  RandomStream random(seed);
  const CropBox box = random_crop_box(image.width, image.height, augmentation, random);
  RgbImage picture;
  try {
    picture = to_rgb(with_lower_resolution(cropped_and_resized(image, box, config), augmentation,
                                           config.interpolation, seed));
  } catch (const Error& error) {
    fail(error.kind(), "{}: {}", name, error.what());
  }
  // All draws are made whatever the settings, so that changing one leaves the others' results.
  const bool flipped = random.unit() < augmentation.flip;
  const bool jittered = random.unit() < augmentation.color_jitter_probability;
  const bool grey = random.unit() < augmentation.gray;
  if (flipped) flip_horizontally(picture);
  if (jittered) jitter(picture, augmentation, random);
  if (grey) make_grey(picture);
  return picture;
}

std::string describe(const Augmentation& a) {
  return fmt::format(
      "scale {}..{} ratio {}..{} flip {} brightness {} contrast {} saturation {} hue {} with {} "
      "grey {} low resolution {} from {}",
      a.scale_min, a.scale_max, a.ratio_min, a.ratio_max, a.flip, a.brightness, a.contrast,
      a.saturation, a.hue, a.color_jitter_probability, a.gray, a.low_resolution,
      a.low_resolution_side);
}

}  // namespace tandem
