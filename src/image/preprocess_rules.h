// The rules of each reference, as functions from a picture to the u8 input.
#pragma once

#include <string>

#include "image/preprocess.h"
#include "image/resize_window.h"

namespace tandem {

struct Size {
  int width = 0;
  int height = 0;
};

/// The shorter side becomes `edge`, the longer int(edge * long / short): the rule
/// of torchvision's Resize(int) and of Hugging Face's shortest_edge. Errors:
/// limit where the longer side leaves int; `name` begins the sentence.
Size shortest_edge_size(const Image& image, int edge, const std::string& name);

/// The picture as resized to `resized`, of which the part at (left, top) of width x
/// height is kept; what lies outside is zero bytes. Only that part is computed.
Image resize_and_crop(const Image& image, Size resized, Filter filter, int left, int top, int width,
                      int height);

/// transformers' CLIPImageProcessor (4.49, the one on PIL).
RgbImage preprocess_hugging_face(const Image& image, const PreprocessConfig& config,
                                 const std::string& name);

}  // namespace tandem
