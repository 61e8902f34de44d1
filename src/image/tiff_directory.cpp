#include "image/tiff_directory.h"

#include <algorithm>

#include "image/picture_reader.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

/// Bytes of a value of a TIFF type; 0 for types that do not exist.
uint64_t size_of_type(uint64_t type) {
  switch (type) {
    case 1:
    case 2:
    case 6:
    case 7: return 1;  // byte, text, signed byte, undefined
    case 3:
    case 8: return 2;  // short, signed short
    case 4:
    case 9:
    case 11:
    case 13: return 4;  // long, signed long, float, directory
    case 5:
    case 10:
    case 12:
    case 16: return 8;  // fractions, double, long of BigTIFF
    default: return 0;
  }
}

bool is_unsigned(uint64_t type) {
  return type == 1 || type == 3 || type == 4 || type == 13 || type == 16;
}

bool is_wanted(uint64_t tag) {
  switch (static_cast<TiffTag>(tag)) {
    case TiffTag::image_width:
    case TiffTag::image_length:
    case TiffTag::bits_per_sample:
    case TiffTag::compression:
    case TiffTag::photometric:
    case TiffTag::fill_order:
    case TiffTag::strip_offsets:
    case TiffTag::orientation:
    case TiffTag::samples_per_pixel:
    case TiffTag::rows_per_strip:
    case TiffTag::planar_configuration:
    case TiffTag::colour_map:
    case TiffTag::tile_width:
    case TiffTag::tile_length:
    case TiffTag::tile_offsets:
    case TiffTag::extra_samples:
    case TiffTag::sample_format:
    case TiffTag::windows_media_photo: return true;
  }
  return false;
}

}  // namespace

TiffDirectory::TiffDirectory(const PictureFile& file) {
  const Bytes bytes = file.bytes;
  big_endian_ = bytes[0] == 'M';
  const bool big_tiff = bytes[2] == 43;  // little-endian BigTIFF; Pillow reads no other
  const uint64_t word = big_tiff ? 8 : 4;
  const auto number = [&](uint64_t at, uint64_t size) {
    return number_in(bytes.subspan(static_cast<size_t>(at), static_cast<size_t>(size)),
                     big_endian_);
  };
  const auto holds = [&](uint64_t at, uint64_t size) {
    return at <= bytes.size() && size <= bytes.size() - at;
  };
  if (!holds(0, 16)) fail_truncated(file);
  uint64_t at = number(big_tiff ? 8 : 4, word);
  if (at == 0) fail_damaged(file, "it holds no picture");
  const int count_size = big_tiff ? 8 : 2;
  if (!holds(at, count_size)) fail_truncated(file);
  uint64_t entries = number(at, count_size);
  at += count_size;
  const int entry_size = big_tiff ? 20 : 12;
  for (; entries > 0 && holds(at, entry_size); --entries, at += entry_size) {
    const uint64_t tag = number(at, 2);
    const uint64_t count = number(at + 4, word);
    const uint64_t type = number(at + 2, 2);
    const uint64_t size = size_of_type(type);
    if (size == 0 || count == 0) continue;
    uint64_t values = at + 4 + word;
    if (count > word / size) {
      values = number(values, word);
      if (count > bytes.size() / size || !holds(values, count * size)) return;
    }
    if (!is_wanted(tag) || !is_unsigned(type)) continue;
    std::vector<uint64_t>& list = values_[static_cast<TiffTag>(tag)];
    list.clear();
    for (uint64_t i = 0; i < count; ++i) list.push_back(number(values + i * size, size));
  }
}

const std::vector<uint64_t>& TiffDirectory::all(TiffTag tag) const {
  static const std::vector<uint64_t> kNone;
  const auto found = values_.find(tag);
  return found == values_.end() ? kNone : found->second;
}

uint64_t TiffDirectory::one(TiffTag tag, uint64_t otherwise) const {
  const std::vector<uint64_t>& values = all(tag);
  return values.empty() ? otherwise : values.front();
}

}  // namespace tandem
