// The decoders of single formats, and what they share. decode.cpp picks one by the bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "image/decode.h"

namespace tandem {

/// One picture file in memory, as a decoder gets it.
struct PictureFile {
  std::span<const uint8_t> bytes;
  const std::string& name;  ///< stands in errors
  const char* format = "";  ///< "JPEG"..., stands in errors
  int64_t max_pixels = 0;
};

/// A library's message as part of a sentence: one line, no full stop at its end.
std::string one_line(std::string_view message);

/// The file ends before the picture does: bad_input.
[[noreturn]] void fail_truncated(const PictureFile& file);
/// The file contradicts its format; `fact` says how ("the palette is too long"): bad_input.
[[noreturn]] void fail_damaged(const PictureFile& file, std::string_view fact);
/// A valid kind of picture that is not read; `fact` says which: unsupported.
[[noreturn]] void fail_unsupported(const PictureFile& file, std::string_view fact);

/// Refuses a size without pixels (bad_input) or with more than max_pixels (limit).
void check_size(const PictureFile& file, int64_t width, int64_t height);

/// A picture of zero bytes, after check_size; modes p and pa get Pillow's
/// initial palette, the grey ramp.
Image new_image(const PictureFile& file, Mode mode, int64_t width, int64_t height);

/// Replaces the start of the palette by `entries` colours of `step` bytes each.
/// `red`, `green` and `blue` are the offsets in an entry. What Pillow refuses,
/// more than 256 entries, is refused.
void set_palette(const PictureFile& file, Image& image, std::span<const uint8_t> bytes, int step,
                 int red, int green, int blue);

/// The orientation 1 to 8 of an EXIF block (with or without its "Exif\0\0"
/// header); 1 where there is none or it cannot be read.
int exif_orientation(std::span<const uint8_t> exif);

// Each decodes the first frame, or reads the header; errors as decode_image.
Image decode_jpeg(const PictureFile& file);
ImageInfo jpeg_info(const PictureFile& file);
Image decode_png(const PictureFile& file);
ImageInfo png_info(const PictureFile& file);
Image decode_webp(const PictureFile& file);
ImageInfo webp_info(const PictureFile& file);
Image decode_gif(const PictureFile& file);
ImageInfo gif_info(const PictureFile& file);
Image decode_bmp(const PictureFile& file);
ImageInfo bmp_info(const PictureFile& file);
Image decode_tiff(const PictureFile& file);
ImageInfo tiff_info(const PictureFile& file);
Image decode_heif(const PictureFile& file);
ImageInfo heif_info(const PictureFile& file);
Image decode_avif(const PictureFile& file);
ImageInfo avif_info(const PictureFile& file);
Image decode_ppm(const PictureFile& file);
ImageInfo ppm_info(const PictureFile& file);

}  // namespace tandem
