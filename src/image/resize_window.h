// A part of a resized picture, computed without the rest of it.
#pragma once

#include "image/image.h"
#include "image/resize.h"

namespace tandem {

/// A rectangle of pixels, inside the picture it speaks of.
struct Window {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

/// crop(resize(image, width, height, filter), window), byte for byte, where
/// `window` lies inside width x height: a centre crop pays for what it keeps.
/// Errors as resize, without its limit on width * height.
Image resize_window(const Image& image, int width, int height, Filter filter, Window window);

}  // namespace tandem
