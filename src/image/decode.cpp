#include "image/decode.h"

#include <cstring>
#include <limits>

#include "base/fail.h"
#include "image/decoders.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

bool begins(Bytes bytes, std::string_view magic, size_t at = 0) {
  return bytes.size() >= at + magic.size() &&
         std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

bool is_jpeg(Bytes bytes) { return begins(bytes, "\xff\xd8\xff"); }
bool is_png(Bytes bytes) { return begins(bytes, "\x89PNG\r\n\x1a\n"); }
bool is_gif(Bytes bytes) { return begins(bytes, "GIF87a") || begins(bytes, "GIF89a"); }
bool is_bmp(Bytes bytes) { return begins(bytes, "BM"); }

bool is_webp(Bytes bytes) {
  return begins(bytes, "RIFF") && begins(bytes, "WEBP", 8) &&
         (begins(bytes, "VP8 ", 12) || begins(bytes, "VP8L", 12) || begins(bytes, "VP8X", 12));
}

// The two with swapped version bytes are invalid, but Pillow reads them.
bool is_tiff(Bytes bytes) {
  using namespace std::string_view_literals;
  for (const std::string_view magic :
       {"II\x2a\0"sv, "MM\0\x2a"sv, "II\0\x2a"sv, "MM\x2a\0"sv, "II\x2b\0"sv, "MM\0\x2b"sv})
    if (begins(bytes, magic)) return true;
  return false;
}

bool is_ppm(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6';
}

/// Whether the ISO media file's `ftyp` box names one of the brands (of four
/// letters each), as its own or as a compatible one.
bool has_brand(Bytes bytes, std::string_view brands) {
  if (bytes.size() < 16 || !begins(bytes, "ftyp", 4)) return false;
  const size_t box =
      size_t{bytes[0]} << 24 | size_t{bytes[1]} << 16 | size_t{bytes[2]} << 8 | bytes[3];
  for (size_t at = 8; at + 4 <= std::min(box, bytes.size()); at += 4)
    for (size_t i = 0; i < brands.size(); i += 4)
      if (at != 12 && begins(bytes, brands.substr(i, 4), at)) return true;  // 12: minor version
  return false;
}

bool is_avif(Bytes bytes) { return has_brand(bytes, "avifavis"); }
bool is_heif(Bytes bytes) { return has_brand(bytes, "heicheixhevchevxheimheismif1msf1"); }

struct Format {
  const char* name;
  bool (*sniff)(Bytes);
  Image (*decode)(const PictureFile&);
  ImageInfo (*info)(const PictureFile&);
};

constexpr Format kFormats[] = {
    {"JPEG", is_jpeg, decode_jpeg, jpeg_info}, {"PNG", is_png, decode_png, png_info},
    {"WEBP", is_webp, decode_webp, webp_info}, {"GIF", is_gif, decode_gif, gif_info},
    {"BMP", is_bmp, decode_bmp, bmp_info},     {"TIFF", is_tiff, decode_tiff, tiff_info},
    {"AVIF", is_avif, decode_avif, avif_info}, {"HEIC", is_heif, decode_heif, heif_info},
    {"PPM", is_ppm, decode_ppm, ppm_info},
};

const Format& format_of(Bytes bytes, const std::string& name) {
  if (bytes.empty()) fail(ErrorKind::bad_input, "{}: is empty; get the file again", name);
  for (const Format& format : kFormats)
    if (format.sniff(bytes)) return format;
  fail(ErrorKind::bad_input,
       "{}: is no picture that Tandem reads; give JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or "
       "PPM",
       name);
}

Bytes as_bytes(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name,
                   const DecodeOptions& options) {
  const Format& format = format_of(as_bytes(bytes), name);
  return format.decode({as_bytes(bytes), name, format.name, options.max_pixels});
}

ImageInfo image_info(std::span<const std::byte> bytes, const std::string& name) {
  const Format& format = format_of(as_bytes(bytes), name);
  ImageInfo info =
      format.info({as_bytes(bytes), name, format.name, std::numeric_limits<int64_t>::max()});
  info.format = format.name;
  return info;
}

std::string one_line(std::string_view message) {
  std::string line;
  for (const char byte : message) line += byte >= ' ' && byte <= '~' ? byte : ' ';
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

void fail_truncated(const PictureFile& file) {
  fail(ErrorKind::bad_input, "{}: the {} file ends before its picture does; get the file again",
       file.name, file.format);
}

void fail_damaged(const PictureFile& file, std::string_view fact) {
  fail(ErrorKind::bad_input, "{}: the {} file is damaged ({}); get the file again", file.name,
       file.format, one_line(fact));
}

void fail_unsupported(const PictureFile& file, std::string_view fact) {
  fail(ErrorKind::unsupported, "{}: this kind of {} picture is not read ({}); convert it to PNG",
       file.name, file.format, one_line(fact));
}

void check_size(const PictureFile& file, int64_t width, int64_t height) {
  if (width < 1 || height < 1) fail_damaged(file, fmt::format("its size is {}x{}", width, height));
  constexpr int64_t kLongestSide = std::numeric_limits<int>::max();
  if (width > kLongestSide || height > kLongestSide || width > file.max_pixels / height)
    fail(ErrorKind::limit,
         "{}: says {}x{} pixels, more than the limit of {}; give a smaller picture or raise the "
         "limit",
         file.name, width, height, file.max_pixels);
}

Image new_image(const PictureFile& file, Mode mode, int64_t width, int64_t height) {
  check_size(file, width, height);
  Image image;
  image.mode = mode;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.pixels.resize(static_cast<size_t>(width) * height * bytes_per_pixel(mode));
  if (mode == Mode::p || mode == Mode::pa)
    for (int i = 0; i < 256; ++i) {
      const auto grey = static_cast<uint8_t>(i);
      image.palette.push_back({grey, grey, grey});
    }
  return image;
}

void set_palette(const PictureFile& file, Image& image, Bytes bytes, int step, int red, int green,
                 int blue) {
  const size_t entries = bytes.size() / step;
  if (entries > 256) fail_damaged(file, "the palette has more than 256 colours");
  for (size_t i = 0; i < entries; ++i) {
    const uint8_t* entry = bytes.data() + i * step;
    image.palette[i] = {entry[red], entry[green], entry[blue]};
  }
}

}  // namespace tandem
