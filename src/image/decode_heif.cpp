// HEIC by libheif: the primary picture as its RGB(A), turned upright as the container says.
#include <libheif/heif.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/fail.h"
#include "image/decoders.h"
#include "image/heif_derivation.h"

namespace tandem {
namespace {

struct Deleter {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(heif_image* image) const { heif_image_release(image); }
  void operator()(heif_decoding_options* options) const { heif_decoding_options_free(options); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

/// The opened file; its size is known, its pixels are not decoded.
struct Opened {
  Owned<heif_context> context;
  Owned<heif_image_handle> handle;
  int width = 0;
  int height = 0;
};

void check(const PictureFile& file, const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature)
    fail_unsupported(file, error.message);
  if (error.code == heif_error_Memory_allocation_error)
    fail(ErrorKind::limit, "{}: the HEIC picture asks for too much memory ({}); give a smaller one",
         file.name, one_line(error.message));
  fail_damaged(file, error.message);
}

Opened open(const PictureFile& file) {
  if (heif_derives_without_end(file.bytes)) fail_damaged(file, "a picture in it is made of itself");
  Opened opened;
  opened.context.reset(heif_context_alloc());
  if (!opened.context) throw std::bad_alloc();
  heif_context_set_max_decoding_threads(opened.context.get(),
                                        0);  // the caller's threads are enough
  check(file, heif_context_read_from_memory_without_copy(opened.context.get(), file.bytes.data(),
                                                         file.bytes.size(), nullptr));
  heif_image_handle* handle = nullptr;
  check(file, heif_context_get_primary_image_handle(opened.context.get(), &handle));
  opened.handle.reset(handle);
  opened.width = heif_image_handle_get_width(handle);
  opened.height = heif_image_handle_get_height(handle);
  check_size(file, opened.width, opened.height);
  // A grid of tiles may say another size than its container: what libheif takes
  // memory for is held to the longer side, or to what a tile may have.
  constexpr int kLargestTile = 4096;
  heif_context_set_maximum_image_size_limit(
      opened.context.get(), std::max({opened.width, opened.height, kLargestTile}) + 1);
  return opened;
}

}  // namespace

Image decode_heif(const PictureFile& file) {
  const Opened opened = open(file);
  const bool alpha = heif_image_handle_has_alpha_channel(opened.handle.get()) != 0;
  const Owned<heif_decoding_options> options(heif_decoding_options_alloc());
  if (!options) throw std::bad_alloc();
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  check(file, heif_decode_image(opened.handle.get(), &decoded, heif_colorspace_RGB,
                                alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
                                options.get()));
  const Owned<heif_image> guard(decoded);
  const int width = heif_image_get_width(decoded, heif_channel_interleaved);
  const int height = heif_image_get_height(decoded, heif_channel_interleaved);
  int stride = 0;
  const uint8_t* plane = heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  if (plane == nullptr) fail_damaged(file, "it has no pixels");
  Image image = new_image(file, alpha ? Mode::rgba : Mode::rgb, width, height);
  const size_t row = static_cast<size_t>(width) * bytes_per_pixel(image.mode);
  for (int y = 0; y < height; ++y)
    std::memcpy(image.pixels.data() + y * row, plane + static_cast<size_t>(y) * stride, row);
  return image;
}

ImageInfo heif_info(const PictureFile& file) {
  const Opened opened = open(file);
  ImageInfo info;
  info.width = opened.width;
  info.height = opened.height;
  return info;
}

}  // namespace tandem
