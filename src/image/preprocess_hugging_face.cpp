// transformers 4.49's CLIPImageProcessor (image_processing_clip.py, image_transforms.py).
#include <limits>

#include "base/fail.h"
#include "image/preprocess_rules.h"

namespace tandem {
namespace {

// Halves go down, also below zero: Python's //.
int floor_half(int value) { return value >= 0 ? value / 2 : -((1 - value) / 2); }

// The picture that NumPy sees: three bytes a pixel.
Image three_channels(const Image& image, const PreprocessConfig& config, const std::string& name) {
  if (config.convert_rgb) {
    RgbImage rgb = to_rgb(image);
    return {Mode::rgb, rgb.width, rgb.height, std::move(rgb.pixels), {}};
  }
  if (bytes_per_pixel(image.mode) != 3) {
    fail(ErrorKind::bad_input,
         "{}: the picture is of mode {}, and its model takes RGB alone (do_convert_rgb is false); "
         "convert it to RGB",
         name, name_of(image.mode));
  }
  return {Mode::rgb, image.width, image.height, image.pixels, {}};
}

Size resized_size(const Image& image, const PreprocessConfig& config, const std::string& name) {
  if (!config.do_resize) return {image.width, image.height};
  if (config.resize_height < 1 || (!config.resize_shortest_edge && config.resize_width < 1)) {
    fail(ErrorKind::bad_input,
         "{}: the image processor resizes to {}x{}; sides must be 1 or more, see \"size\" in "
         "preprocessor_config.json",
         name, config.resize_height, config.resize_width);
  }
  if (config.resize_shortest_edge) return shortest_edge_size(image, config.resize_height, name);
  return {config.resize_width, config.resize_height};
}

}  // namespace

RgbImage preprocess_hugging_face(const Image& image, const PreprocessConfig& config,
                                 const std::string& name) {
  const Image rgb = three_channels(image, config, name);
  const Size size = resized_size(rgb, config, name);
  if (!config.do_center_crop && (size.width != config.width || size.height != config.height)) {
    fail(ErrorKind::bad_input,
         "{}: the image processor does not crop, and resizes this picture to {}x{} where the model "
         "takes {}x{}; crop it first, or set do_center_crop in preprocessor_config.json",
         name, size.width, size.height, config.width, config.height);
  }
  // A picture smaller than the crop is centred in zeros, an odd remainder to the left and the top.
  Image result =
      resize_and_crop(rgb, size, config.interpolation, floor_half(size.width - config.width),
                      floor_half(size.height - config.height), config.width, config.height);
  return {result.width, result.height, std::move(result.pixels)};
}

}  // namespace tandem
