// EXIF orientations: reading them with libexif, and turning pictures by them.
#include <libexif/exif-data.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "image/decoders.h"

namespace tandem {
namespace {

struct DataDeleter {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

constexpr char kExifHeader[] = {'E', 'x', 'i', 'f', '\0', '\0'};

/// Where the pixel that belongs at (x, y) is taken from: start + x * across + y * down.
struct Walk {
  int64_t start, across, down;  // in pixels of the source
};

/// By the place of the stored picture's first row and first column (EXIF 2.32, tag 274).
Walk walk_of(int orientation, int64_t width, int64_t height) {
  const int64_t right = width - 1, bottom = (height - 1) * width;
  switch (orientation) {
    case 2: return {right, -1, width};            // mirrored left to right
    case 3: return {bottom + right, -1, -width};  // half a turn
    case 4: return {bottom, 1, -width};           // mirrored top to bottom
    case 5: return {0, width, 1};                 // mirrored along the main diagonal
    case 6: return {bottom, -width, 1};           // a quarter turn to the right is due
    case 7: return {bottom + right, -width, -1};  // mirrored along the other diagonal
    case 8: return {right, width, -1};            // a quarter turn to the left is due
    default: return {0, 1, width};
  }
}

template <int kSize>
void turn(const Image& from, Image& to, const Walk& walk) {
  constexpr int kBlock = 32;  // columns at a time, so that the rows walked across stay cached
  for (int left = 0; left < to.width; left += kBlock) {
    const int right = std::min(to.width, left + kBlock);
    for (int64_t y = 0; y < to.height; ++y) {
      uint8_t* out = to.pixels.data() + (y * to.width + left) * kSize;
      for (int64_t x = left; x < right; ++x, out += kSize)
        std::memcpy(out,
                    from.pixels.data() + (walk.start + x * walk.across + y * walk.down) * kSize,
                    kSize);
    }
  }
}

}  // namespace

int exif_orientation(std::span<const uint8_t> exif) {
  // libexif wants the header of a JPEG marker, which other formats leave out.
  std::vector<uint8_t> block(std::begin(kExifHeader), std::end(kExifHeader));
  const bool has_header =
      exif.size() >= sizeof kExifHeader && std::memcmp(exif.data(), kExifHeader, 5) == 0;
  if (has_header) exif = exif.subspan(sizeof kExifHeader);
  if (exif.size() > UINT32_MAX - block.size()) return 1;
  block.insert(block.end(), exif.begin(), exif.end());
  const std::unique_ptr<ExifData, DataDeleter> data(exif_data_new());
  if (!data) throw std::bad_alloc();
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // no repairs
  exif_data_load_data(data.get(), block.data(), static_cast<unsigned>(block.size()));
  ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->format != EXIF_FORMAT_SHORT || entry->components < 1) return 1;
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  Image turned;
  turned.mode = image.mode;
  turned.palette = std::move(image.palette);
  turned.width = orientation >= 5 ? image.height : image.width;
  turned.height = orientation >= 5 ? image.width : image.height;
  turned.pixels.resize(image.pixels.size());
  const Walk walk = walk_of(orientation, image.width, image.height);
  switch (bytes_per_pixel(image.mode)) {
    case 1: turn<1>(image, turned, walk); break;
    case 2: turn<2>(image, turned, walk); break;
    case 3: turn<3>(image, turned, walk); break;
    case 4: turn<4>(image, turned, walk); break;
  }
  return turned;
}

}  // namespace tandem
