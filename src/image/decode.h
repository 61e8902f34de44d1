// Bytes to pixels: the pictures that people have, decoded as Pillow decodes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "image/image.h"

namespace tandem {

struct DecodeOptions {
  int64_t max_pixels = 200'000'000;  ///< checked before memory is taken for pixels
};

/// What can be known before decoding.
struct ImageInfo {
  const char* format = "";  ///< "JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIC", "AVIF", "PPM"
  int width = 0;
  int height = 0;
  /// EXIF 1 to 8; 1 where there is none, and for TIFF and HEIC, which are
  /// decoded upright. Of AVIF the container's rotation, which counts instead.
  int orientation = 1;
};

/// Decodes the first frame to the mode and the bytes that Pillow 9.4 gives after
/// Image.open and load; the format is found from the bytes, never from the
/// name. Differences in name only: Pillow's RGBX is rgb here, its I;16B is i16,
/// its LAB's a* and b* are 128 more than tobytes() says. HEIC and AVIF, which
/// that Pillow lacks: their libraries' RGB, or RGBA where there is alpha.
/// What Pillow refuses is refused; truncated pictures are. `name` stands in
/// errors. Errors: bad_input (empty, damaged, truncated, no picture), limit
/// (more than max_pixels), unsupported (a picture kind that is not read).
Image decode_image(std::span<const std::byte> bytes, const std::string& name,
                   const DecodeOptions& options = {});

/// Reads the header alone. Errors as decode_image.
ImageInfo image_info(std::span<const std::byte> bytes, const std::string& name);

/// The picture turned and mirrored as an EXIF orientation of 1 to 8 asks
/// (Pillow's ImageOps.exif_transpose); any other value returns it as it is.
Image apply_orientation(Image image, int orientation);

/// PNG bytes of an RGB picture (for `preprocess --out` and tests).
std::vector<uint8_t> encode_png(const RgbImage& image);

}  // namespace tandem
