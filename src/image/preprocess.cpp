// openai/CLIP's and open_clip's preprocessing, and what all kinds share.
#include "image/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/fail.h"
#include "image/preprocess_rules.h"

namespace tandem {
namespace {

// Python's round(): halves to the even number.
int64_t round_half_even(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

int checked_side(double side, const Image& image, const std::string& name) {
  if (side < 1.0) {
    fail(ErrorKind::bad_input,
         "{}: a picture of {}x{} pixels is too thin, a side of it would become 0; crop it first",
         name, image.width, image.height);
  }
  if (side > std::numeric_limits<int>::max()) {
    fail(ErrorKind::limit, "{}: a picture of {}x{} pixels is too thin to be resized; crop it first",
         name, image.width, image.height);
  }
  return static_cast<int>(side);
}

// open_clip's ResizeKeepRatio: the larger ratio fits the whole picture in, the
// smaller covers the target; sides are rounded, halves to even.
Size keep_ratio_size(const Image& image, const PreprocessConfig& config, bool longest,
                     const std::string& name) {
  const double ratio_h = static_cast<double>(image.height) / config.height;
  const double ratio_w = static_cast<double>(image.width) / config.width;
  const double ratio = longest ? std::max(ratio_h, ratio_w) : std::min(ratio_h, ratio_w);
  return {checked_side(std::nearbyint(image.width / ratio), image, name),
          checked_side(std::nearbyint(image.height / ratio), image, name)};
}

int crop_offset(int side, int kept) {
  return static_cast<int>(round_half_even((side - kept) / 2.0));
}

// Every channel of every pixel set to `value`, in the picture's own mode, as
// Pillow's Image.new does with a number for each channel.
Image filled(const Image& like, int width, int height, int value) {
  Image result{like.mode, width, height, {}, like.palette};
  const size_t pixels = static_cast<size_t>(width) * height;
  const size_t bytes = bytes_per_pixel(like.mode);
  result.pixels.resize(pixels * bytes);
  const auto fill = [&](auto sample) {
    for (size_t i = 0; i < pixels; ++i) {
      std::memcpy(result.pixels.data() + i * sizeof sample, &sample, sizeof sample);
    }
  };
  switch (like.mode) {
    case Mode::i16: fill(static_cast<uint16_t>(value)); break;
    case Mode::i: fill(static_cast<int32_t>(value)); break;
    case Mode::f: fill(static_cast<float>(value)); break;
    default: std::fill(result.pixels.begin(), result.pixels.end(), static_cast<uint8_t>(value));
  }
  return result;
}

// open_clip's CenterCropOrPad for a picture that is nowhere larger than the
// target: an odd remainder goes to the right and to the bottom.
Image pad(const Image& image, const PreprocessConfig& config) {
  if (image.width == config.width && image.height == config.height) return image;
  Image result = filled(image, config.width, config.height, config.fill_color);
  const size_t bytes = bytes_per_pixel(image.mode);
  const int left = (config.width - image.width) / 2;
  const int top = (config.height - image.height) / 2;
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.pixels.data() + bytes * y * image.width, bytes * image.width,
                result.pixels.data() + bytes * (size_t(top + y) * config.width + left));
  }
  return result;
}

// torchvision's Resize and CenterCrop (openai), and open_clip's transforms beside
// them. The resize works in the picture's own mode; RGB comes last.
RgbImage preprocess_torchvision(const Image& image, const PreprocessConfig& config,
                                const std::string& name) {
  const bool square = config.width == config.height;
  switch (config.resize_mode) {
    case ResizeMode::squash:
      return to_rgb(resize(image, config.width, config.height, config.interpolation));
    case ResizeMode::longest: {
      const Size size = keep_ratio_size(image, config, true, name);
      return to_rgb(pad(resize(image, size.width, size.height, config.interpolation), config));
    }
    case ResizeMode::shortest: break;
  }
  const Size size = square ? shortest_edge_size(image, config.width, name)
                           : keep_ratio_size(image, config, false, name);
  // open_clip forgets the asked filter where the target is no square.
  const Filter filter = square ? config.interpolation : Filter::bicubic;
  return to_rgb(resize_and_crop(image, size, filter, crop_offset(size.width, config.width),
                                crop_offset(size.height, config.height), config.width,
                                config.height));
}

void check(const Image& image, const PreprocessConfig& config, const std::string& name) {
  if (image.width < 1 || image.height < 1) {
    fail(ErrorKind::bad_input, "{}: a picture without pixels cannot be used; leave it out", name);
  }
  if (config.width < 1 || config.height < 1 || config.fill_color < 0 || config.fill_color > 255) {
    fail(
        ErrorKind::bad_input,
        "{}: preprocessing to {}x{} with fill colour {} makes no picture; sides are 1 or more, the "
        "colour 0 to 255",
        name, config.width, config.height, config.fill_color);
  }
}

// The reference's exception for a picture that a mode or size makes impossible,
// with the picture's name in front.
template <class Work>
RgbImage named(const std::string& name, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(name)) throw;
    fail(error.kind(), "{}: {}", name, error.what());
  }
}

const char* name_of(Filter filter) {
  constexpr const char* kNames[] = {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"};
  return kNames[static_cast<int>(filter)];
}

// The resize and crop of the kind, in words.
std::string describe_geometry(const PreprocessConfig& config) {
  const std::string target = fmt::format("{}x{}", config.height, config.width);
  const char* filter = name_of(config.interpolation);
  if (config.kind == PreprocessKind::hugging_face) {
    std::string text = config.convert_rgb ? "hugging_face rgb-first" : "hugging_face as-is";
    if (config.do_resize && config.resize_shortest_edge) {
      text += fmt::format(" shortest-edge {} {}", config.resize_height, filter);
    } else if (config.do_resize) {
      text += fmt::format(" resize {}x{} {}", config.resize_height, config.resize_width, filter);
    }
    return text + (config.do_center_crop ? " crop " + target : " uncropped " + target);
  }
  // openai/CLIP and open_clip give the same pixels for the same parameters.
  switch (config.resize_mode) {
    case ResizeMode::longest:
      return fmt::format("torchvision longest {} {} fill {}", target, filter, config.fill_color);
    case ResizeMode::squash: return fmt::format("torchvision squash {} {}", target, filter);
    case ResizeMode::shortest: break;
  }
  return fmt::format("torchvision shortest {} {}", target,
                     config.height == config.width ? filter : name_of(Filter::bicubic));
}

}  // namespace

Size shortest_edge_size(const Image& image, int edge, const std::string& name) {
  const bool upright = image.width <= image.height;
  const double shorter = upright ? image.width : image.height;
  const double longer = upright ? image.height : image.width;
  const int other = checked_side(static_cast<double>(edge) * longer / shorter, image, name);
  return upright ? Size{edge, other} : Size{other, edge};
}

Image resize_and_crop(const Image& image, Size resized, Filter filter, int left, int top, int width,
                      int height) {
  const int right = std::min(left + width, resized.width);
  const int bottom = std::min(top + height, resized.height);
  const Window window{std::max(left, 0), std::max(top, 0), right - std::max(left, 0),
                      bottom - std::max(top, 0)};
  Image kept = resize_window(image, resized.width, resized.height, filter, window);
  if (window.width == width && window.height == height) return kept;
  return crop(kept, left - window.left, top - window.top, width, height);
}

RgbImage preprocess(const Image& image, const PreprocessConfig& config, const std::string& name) {
  check(image, config, name);
  return named(name, [&] {
    return config.kind == PreprocessKind::hugging_face
               ? preprocess_hugging_face(image, config, name)
               : preprocess_torchvision(image, config, name);
  });
}

void normalise(const RgbImage& image, const PreprocessConfig& config, float* out) {
  const bool hugging_face = config.kind == PreprocessKind::hugging_face;
  const size_t plane = static_cast<size_t>(image.width) * image.height;
  for (int c = 0; c < 3; ++c) {
    const float mean = static_cast<float>(config.mean[c]);
    const float std = static_cast<float>(config.std[c]);
    float table[256];
    for (int v = 0; v < 256; ++v) {
      if (!hugging_face) {
        table[v] = (static_cast<float>(v) / 255.0f - mean) / std;
        continue;
      }
      // NumPy: the product in double, then float32.
      const float scaled =
          config.do_rescale ? static_cast<float>(v * config.rescale_factor) : static_cast<float>(v);
      table[v] = config.do_normalize ? (scaled - mean) / std : scaled;
    }
    const uint8_t* from = image.pixels.data() + c;
    float* to = out + c * plane;
    for (size_t i = 0; i < plane; ++i) to[i] = table[from[3 * i]];
  }
}

std::string describe(const PreprocessConfig& config) {
  std::string text = describe_geometry(config);
  const bool hugging_face = config.kind == PreprocessKind::hugging_face;
  if (hugging_face) {
    text += config.do_rescale ? fmt::format(" scale {}", config.rescale_factor) : " unscaled";
  }
  if (hugging_face && !config.do_normalize) return text + " unnormalised";
  return text +
         fmt::format(" mean {} std {}", fmt::join(config.mean, ","), fmt::join(config.std, ","));
}

}  // namespace tandem
