// TIFF: uncompressed pixels by our own reader, compressed ones by libtiff, as Pillow does it.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/fail.h"
#include "image/decode_libtiff.h"
#include "image/picture_reader.h"
#include "image/tiff_layout.h"
#include "image/unpack.h"

namespace tandem {
namespace {

constexpr int kUncompressed = 1;

/// The compressions that Pillow knows (it leaves them to libtiff).
constexpr int kCompressions[] = {2,     3,     4,     5,     6,     7,     8,     32771,
                                 32773, 32809, 32946, 34676, 34677, 34925, 50000, 50001};

/// A strip or tile: where its pixels go, and where and how they lie in the file.
struct Part {
  int64_t left, top, width, height;
  const Unpacker* unpacker;
  int64_t stride;  ///< bytes from row to row, 0 where rows follow each other
  uint64_t offset;

  auto same_but_offset() const { return std::tie(left, top, width, height, unpacker, stride); }
};

const Unpacker* unpacker_of(const PictureFile& file, const TiffLayout& layout, size_t plane) {
  const std::string raw = !layout.separate            ? layout.raw
                          : plane < layout.raw.size() ? layout.raw.substr(plane, 1)
                                                      : std::string();
  const Unpacker* unpacker = find_unpacker(layout.mode, raw);
  if (unpacker == nullptr)
    fail_unsupported(file, fmt::format("samples laid out as {}", layout.raw));
  return unpacker;
}

/// The strips or tiles in the order of the file.
std::vector<Part> parts_of(const PictureFile& file, const TiffDirectory& directory,
                           const TiffLayout& layout) {
  const bool strips = directory.has(TiffTag::strip_offsets);
  const auto side = [&](TiffTag tag, int64_t otherwise) {
    return static_cast<int64_t>(
        std::min<uint64_t>(directory.one(tag, otherwise), std::numeric_limits<int>::max()));
  };
  const int64_t width = strips ? layout.width : side(TiffTag::tile_width, 0);
  const int64_t height =
      strips ? side(TiffTag::rows_per_strip, layout.height) : side(TiffTag::tile_length, 0);
  if (width < 1 || height < 1) fail_damaged(file, "it has no strips and no tiles");
  std::vector<Part> parts;
  int64_t x = 0, y = 0;
  size_t plane = 0;
  for (const uint64_t offset :
       directory.all(strips ? TiffTag::strip_offsets : TiffTag::tile_offsets)) {
    int64_t stride = x + width > layout.width ? width * layout.bits / 8 : 0;
    if (layout.separate) stride /= layout.planes;
    parts.push_back({x, y, std::min(width, layout.width - x), std::min(height, layout.height - y),
                     unpacker_of(file, layout, plane), stride, offset});
    x += width;
    if (x < layout.width) continue;
    x = 0;
    y += height;
    if (y < layout.height) continue;
    y = 0;
    ++plane;
  }
  if (parts.empty()) fail_damaged(file, "it has no strips and no tiles");
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.offset < b.offset; });
  return parts;
}

void read_part(const PictureFile& file, const Part& part, Image& image) {
  PictureReader reader(file);
  reader.seek(part.offset);
  const int64_t used = part.unpacker->row_bytes(part.width);
  if (part.stride != 0 && part.stride < used) fail_damaged(file, "its tiles are too narrow");
  const int64_t gap = part.stride == 0 ? 0 : part.stride - used;
  const int size = bytes_per_pixel(image.mode);
  for (int64_t y = 0; y < part.height; ++y) {
    uint8_t* out = image.pixels.data() + ((part.top + y) * image.width + part.left) * size;
    part.unpacker->row(out, reader.take(used).data(), part.width);
    if (y + 1 < part.height) reader.take(gap);
  }
}

/// Pillow maps a lone strip of these layouts into memory, as the whole picture
/// whatever height the strip claims.
void stretch_if_mapped(const PictureFile& file, const TiffLayout& layout, Part& part) {
  const std::string_view raw = part.unpacker->raw;
  if (raw != "L" && raw != "P" && raw != "RGBA" && raw != "CMYK" && raw != "I;16" &&
      raw != "I;16B" && !(raw == "RGBX" && layout.photometric == 2))
    return;
  const uint64_t claimed = static_cast<uint64_t>(part.stride * layout.height);
  if (part.offset + claimed > file.bytes.size()) return;
  part = {0, 0, layout.width, layout.height, part.unpacker, part.stride, part.offset};
}

void read_uncompressed(const PictureFile& file, const TiffDirectory& directory,
                       const TiffLayout& layout, Image& image) {
  std::vector<Part> parts = parts_of(file, directory, layout);
  if (parts.size() == 1) stretch_if_mapped(file, layout, parts.front());
  for (size_t i = 0; i < parts.size(); ++i) {
    // Of neighbours that claim the same place, the last counts.
    const bool replaced =
        i + 1 < parts.size() && parts[i].same_but_offset() == parts[i + 1].same_but_offset();
    if (!replaced) read_part(file, parts[i], image);
  }
}

/// The colour map: all reds, all greens, all blues, of 16 bits each.
void read_palette(const PictureFile& file, const TiffDirectory& directory, Image& image) {
  const std::vector<uint64_t>& map = directory.all(TiffTag::colour_map);
  if (map.empty()) fail_damaged(file, "it has no palette");
  const size_t colours = map.size() / 3;
  std::vector<uint8_t> entries;
  for (size_t i = 0; i < colours; ++i)
    for (size_t channel = 0; channel < 3; ++channel)
      entries.push_back(static_cast<uint8_t>(map[channel * colours + i] / 256));
  set_palette(file, image, entries, 3, 0, 1, 2);
}

TiffLayout layout_of(const PictureFile& file, const TiffDirectory& directory) {
  const TiffLayout layout = tiff_layout(file, directory);
  if (layout.compression != kUncompressed &&
      std::find(std::begin(kCompressions), std::end(kCompressions), layout.compression) ==
          std::end(kCompressions))
    fail_unsupported(file, fmt::format("compression {}", layout.compression));
  return layout;
}

}  // namespace

Image decode_tiff(const PictureFile& file) {
  const TiffDirectory directory(file);
  const TiffLayout layout = layout_of(file, directory);
  Image image = new_image(file, layout.mode, layout.width, layout.height);
  if (image.mode == Mode::p || image.mode == Mode::pa) read_palette(file, directory, image);
  if (layout.compression == kUncompressed)
    read_uncompressed(file, directory, layout, image);
  else
    read_by_libtiff(file, layout, image);
  // Pillow turns TIFF pictures upright itself, other than JPEG's.
  return apply_orientation(std::move(image), static_cast<int>(std::min<uint64_t>(
                                                 directory.one(TiffTag::orientation, 1), 9)));
}

ImageInfo tiff_info(const PictureFile& file) {
  const TiffDirectory directory(file);
  const TiffLayout layout = layout_of(file, directory);
  check_size(file, layout.width, layout.height);
  ImageInfo info;
  info.width = static_cast<int>(layout.width);
  info.height = static_cast<int>(layout.height);
  const uint64_t orientation = directory.one(TiffTag::orientation, 1);
  if (orientation >= 5 && orientation <= 8) std::swap(info.width, info.height);
  return info;
}

}  // namespace tandem
