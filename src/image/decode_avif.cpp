// AVIF by libavif: the first picture as its RGB(A).
#include <avif/avif.h>

#include <algorithm>
#include <memory>

#include "image/decoders.h"

namespace tandem {
namespace {

struct DecoderDeleter {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<avifDecoder, DecoderDeleter>;

void check(const PictureFile& file, avifResult result) {
  if (result == AVIF_RESULT_OK) return;
  if (result == AVIF_RESULT_TRUNCATED_DATA) fail_truncated(file);
  if (result == AVIF_RESULT_NO_CODEC_AVAILABLE || result == AVIF_RESULT_NOT_IMPLEMENTED ||
      result == AVIF_RESULT_UNSUPPORTED_DEPTH)
    fail_unsupported(file, avifResultToString(result));
  fail_damaged(file, avifResultToString(result));
}

/// The parsed file: its size is known, its pixels are not decoded.
Decoder open(const PictureFile& file) {
  Decoder decoder(avifDecoderCreate());
  if (!decoder) throw std::bad_alloc();
  decoder->maxThreads = 1;  // the caller's threads are enough
  decoder->ignoreExif = AVIF_TRUE;
  decoder->ignoreXMP = AVIF_TRUE;
  // Files of older libheif lack the pixel information, and crop boxes are not used.
  decoder->strictFlags &= ~(AVIF_STRICT_PIXI_REQUIRED | AVIF_STRICT_CLAP_VALID);
  decoder->imageDimensionLimit = 0;  // the pixels count, not the sides
  check(file, avifDecoderSetIOMemory(decoder.get(), file.bytes.data(), file.bytes.size()));
  check(file, avifDecoderParse(decoder.get()));
  check_size(file, decoder->image->width, decoder->image->height);
  // The coded pictures may say another size than the container.
  decoder->imageSizeLimit =
      static_cast<uint32_t>(std::min<int64_t>(file.max_pixels, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
  return decoder;
}

/// The container's rotation and mirroring, which libavif does not carry out, as
/// an EXIF orientation. Angles are quarter turns to the left, done before the
/// mirroring (ISO/IEC 23000-22, 7.3.6.7); axis 0 swaps top and bottom.
int orientation_of(const avifImage& image) {
  const int turns = image.transformFlags & AVIF_TRANSFORM_IROT ? image.irot.angle & 3 : 0;
  constexpr int kTurned[4] = {1, 8, 3, 6};
  constexpr int kMirrored[2][4] = {{4, 5, 2, 7}, {2, 7, 4, 5}};
  if (image.transformFlags & AVIF_TRANSFORM_IMIR) return kMirrored[image.imir.mode & 1][turns];
  return kTurned[turns];
}

}  // namespace

Image decode_avif(const PictureFile& file) {
  const Decoder decoder = open(file);
  check(file, avifDecoderNextImage(decoder.get()));
  const avifImage& decoded = *decoder->image;
  const bool alpha = decoder->alphaPresent;
  Image image = new_image(file, alpha ? Mode::rgba : Mode::rgb, decoded.width, decoded.height);
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &decoded);
  rgb.depth = 8;
  rgb.format = alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.pixels = image.pixels.data();
  rgb.rowBytes = static_cast<uint32_t>(image.width * bytes_per_pixel(image.mode));
  check(file, avifImageYUVToRGB(&decoded, &rgb));
  return image;
}

ImageInfo avif_info(const PictureFile& file) {
  const Decoder decoder = open(file);
  ImageInfo info;
  info.width = static_cast<int>(decoder->image->width);
  info.height = static_cast<int>(decoder->image->height);
  info.orientation = orientation_of(*decoder->image);
  return info;
}

}  // namespace tandem
