// Pillow's Image.resize, byte for byte.
#pragma once

#include <array>

#include "image/image.h"

namespace tandem {

enum class Filter { nearest, box, bilinear, hamming, bicubic, lanczos };

/// Pillow 9.4's Image.resize((width, height), filter): two passes of 8-bit fixed
/// point with antialiasing for byte modes, double precision for i and f; nearest
/// whatever the filter for bilevel and p; premultiplied alpha for la and rgba.
/// Every instruction set gives the same bytes. Errors: bad_input for a side below
/// 1; unsupported for i16 by another filter than nearest, which Pillow refuses;
/// limit above 2^28 pixels, and for sides that need 2 GiB of weights.
Image resize(const Image& image, int width, int height, Filter filter);

/// The part [left, left + width) x [top, top + height), which may reach
/// outside: what is outside is zero bytes, as in Pillow's Image.crop. Errors:
/// limit for a negative size, and above 2^28 pixels where the picture is smaller.
Image crop(const Image& image, int left, int top, int width, int height);

/// Pillow 9.4's Image.convert("RGB"), any mode: alpha is dropped, wide samples are
/// clipped to 0..255, no colour profile is applied.
RgbImage to_rgb(const Image& image);

}  // namespace tandem
