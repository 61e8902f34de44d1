// Pillow's Image.resize, byte for byte.
#pragma once

#include <array>

#include "image/image.h"

namespace tandem {

enum class Filter { nearest, box, bilinear, hamming, bicubic, lanczos };

/// Pillow's Image.resize((width, height), filter): two passes of 8-bit fixed
/// point with antialiasing for byte modes, float for i, i16 and f; nearest
/// whatever the filter for bilevel and p; premultiplied alpha for la and rgba.
/// width, height >= 1. Errors: unsupported for a mode that Pillow refuses.
Image resize(const Image& image, int width, int height, Filter filter);

/// The part [left, left + width) x [top, top + height), which may reach
/// outside: what is outside is zero bytes, as in Pillow's Image.crop.
Image crop(const Image& image, int left, int top, int width, int height);

/// Pillow's Image.convert("RGB").
RgbImage to_rgb(const Image& image);

}  // namespace tandem
