// The first directory of a TIFF file: which sizes, samples, strips and tiles it names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "image/decoders.h"

namespace tandem {

/// Tags, by TIFF's numbers.
enum class TiffTag : uint16_t {
  image_width = 256,
  image_length = 257,
  bits_per_sample = 258,
  compression = 259,
  photometric = 262,
  fill_order = 266,
  strip_offsets = 273,
  orientation = 274,
  samples_per_pixel = 277,
  rows_per_strip = 278,
  planar_configuration = 284,
  colour_map = 320,
  tile_width = 322,
  tile_length = 323,
  tile_offsets = 324,
  extra_samples = 338,
  sample_format = 339,
  windows_media_photo = 0xbc01,
};

/// Read as Pillow reads it: unknown types are passed over, and the first entry
/// that points outside the file ends the directory.
class TiffDirectory {
 public:
  explicit TiffDirectory(const PictureFile& file);

  bool big_endian() const { return big_endian_; }
  bool has(TiffTag tag) const { return values_.count(tag) > 0; }
  /// Empty where the tag is missing.
  const std::vector<uint64_t>& all(TiffTag tag) const;
  /// The first value.
  uint64_t one(TiffTag tag, uint64_t otherwise) const;

 private:
  bool big_endian_ = false;
  std::map<TiffTag, std::vector<uint64_t>> values_;
};

}  // namespace tandem
