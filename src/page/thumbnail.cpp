#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>

#include "base/fail.h"
#include "base/files.h"
#include "image/decode.h"
#include "image/raw_preview.h"
#include "image/resize.h"
#include "page/page.h"

namespace tandem {
namespace {

constexpr int kQuality = 82;

Image smaller(Image image, int side) {
  const int longer = std::max(image.width, image.height);
  if (longer <= side) return image;
  const auto scaled = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(double(length) * side / longer)));
  };
  const int width = scaled(image.width), height = scaled(image.height);
  return resize(image, width, height, Filter::bicubic);
}

/// libjpeg ends a program on errors unless it is told to come back.
struct Errors {
  jpeg_error_mgr manager;
  std::jmp_buf place;
};

std::string encode_jpeg(const RgbImage& picture) {
  jpeg_compress_struct state;
  Errors errors;
  state.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = [](j_common_ptr common) {
    std::longjmp(reinterpret_cast<Errors*>(common->err)->place, 1);
  };
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (setjmp(errors.place)) {
    jpeg_destroy_compress(&state);
    std::free(bytes);
    return {};
  }
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, &bytes, &size);
  state.image_width = static_cast<JDIMENSION>(picture.width);
  state.image_height = static_cast<JDIMENSION>(picture.height);
  state.input_components = 3;
  state.in_color_space = JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, kQuality, TRUE);
  jpeg_start_compress(&state, TRUE);
  while (state.next_scanline < state.image_height) {
    auto* row = const_cast<JSAMPROW>(picture.pixels.data() +
                                     size_t{3} * state.image_width * state.next_scanline);
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  std::string result(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return result;
}

std::string base64(const std::string& bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    for (size_t j = 0; j < 3; ++j)
      word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j)
      result += i + j > bytes.size() ? '=' : digits[word >> (18 - 6 * j) & 63];
  }
  return result;
}

}  // namespace

std::string thumbnail(const std::string& path, int side) {
  std::string file = read_file(path);
  if (has_raw_ending(path))
    if (const auto preview = find_raw_preview(std::as_bytes(std::span(file))))
      file = oriented_jpeg(*preview);
  const auto bytes = std::as_bytes(std::span(file));
  Image image = smaller(decode_image(bytes, path), side);
  image = apply_orientation(std::move(image), image_info(bytes, path).orientation);
  const std::string jpeg = encode_jpeg(to_rgb(image));
  if (jpeg.empty()) fail(ErrorKind::io, "{}: no small copy of it could be made", path);
  return "data:image/jpeg;base64," + base64(jpeg);
}

}  // namespace tandem
