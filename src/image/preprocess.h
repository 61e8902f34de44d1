// Pixels to tensor: what a checkpoint's preprocessing does with a picture.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/resize.h"

namespace tandem {

/// How a picture becomes the size of the tower's input.
enum class ResizeMode {
  shortest,  ///< shorter side to the size, centre crop
  longest,   ///< longer side to the size, padded with fill_color
  squash,    ///< both sides to the size, aspect ratio lost
};

/// Whose rule: they differ by a pixel in the crop, and in when RGB comes.
enum class PreprocessKind {
  /// openai/CLIP's _transform on torchvision 0.14: Resize (the longer side is cut
  /// off to an integer), CenterCrop (offset round((side - crop) / 2), halves to
  /// even), then RGB: palettes are resized as indices, alpha premultiplied.
  openai,
  /// open_clip's image_transform: the same for `shortest` and a square target;
  /// ResizeKeepRatio (rounded, halves to even) for other targets, always bicubic,
  /// and for `longest`, which pads with fill_color in the picture's own mode.
  open_clip,
  /// transformers 4.49's CLIPImageProcessor (the one on PIL): RGB first, sizes as
  /// torchvision's, crop offset (side - crop) // 2, zeros around smaller pictures.
  /// Unlike it, pictures 1 or 3 pixels high are not taken for channels-first ones.
  hugging_face,
};

/// All that decides the tower's input, given a decoded picture. Defaults are
/// openai/CLIP's _transform(224).
struct PreprocessConfig {
  PreprocessKind kind = PreprocessKind::openai;
  int height = 224;
  int width = 224;
  ResizeMode resize_mode = ResizeMode::shortest;
  Filter interpolation = Filter::bicubic;
  int fill_color = 0;  ///< longest only, 0 to 255 for every channel
  // OpenAI's channel means and deviations (clip/clip.py, _transform)
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};
  // Hugging Face's image processor alone:
  int resize_height = 0;  ///< the size of the resize; with resize_shortest_edge, both are the edge
  int resize_width = 0;
  bool resize_shortest_edge = true;  ///< false: resize to exactly resize_height x resize_width
  bool do_resize = true;
  bool do_center_crop = true;
  bool do_rescale = true;
  double rescale_factor = 1.0 / 255.0;
  bool do_normalize = true;
  bool convert_rgb = true;  ///< Hugging Face converts BEFORE resizing, the others after
};

/// The u8 picture just before normalisation, config.width x config.height
/// (openai, open_clip: resize and crop in the file's own mode, then RGB).
/// A crop costs what it keeps, not what the resize would make of the whole.
/// `name` begins the sentences. Errors: bad_input where the reference raises (a
/// side that becomes 0, Hugging Face's size without a crop that is not the
/// model's...), unsupported for a mode that Pillow does not resize, limit for
/// pictures so elongated that a resized side leaves int.
RgbImage preprocess(const Image& image, const PreprocessConfig& config, const std::string& name);

/// (pixel/255 - mean)/std per channel in float32, in the order of operations
/// of torchvision's ToTensor and Normalize, bit for bit (hugging_face: of its
/// image processor: the product with rescale_factor in double, then float32).
/// Writes [3, image.height, image.width] floats to `out`.
void normalise(const RgbImage& image, const PreprocessConfig& config, float* out);

/// One line that names everything which changes the result: part of the
/// fingerprint's recipe. openai and open_clip with the same parameters are one
/// recipe.
std::string describe(const PreprocessConfig& config);

}  // namespace tandem
