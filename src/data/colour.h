// The colour changes of torchvision's ColorJitter on PIL pictures, byte for byte.
#pragma once

#include "image/image.h"

namespace tandem {

/// Pillow's ImageEnhance.Brightness, Contrast, Color with a factor from 0 on; 1 changes nothing.
void adjust_brightness(RgbImage& image, double factor);
void adjust_contrast(RgbImage& image, double factor);
void adjust_saturation(RgbImage& image, double factor);
/// torchvision's adjust_hue: the hue of Pillow's HSV turned by a factor from -0.5 to 0.5.
void adjust_hue(RgbImage& image, double factor);
/// Pillow's convert("L"), in all three channels.
void make_grey(RgbImage& image);
/// Left and right exchanged.
void flip_horizontally(RgbImage& image);

}  // namespace tandem
