// PNG on zlib alone, as Pillow reads it: libpng refuses, repairs and warns
// about other files than Pillow does.
#include <zlib.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "image/decoders.h"
#include "image/png_chunks.h"
#include "image/unpack.h"

namespace tandem {
namespace {

struct Layout {
  int depth;
  int colour;
  Mode mode;
  const char* raw;
};

// 16-bit grey opens as 32-bit integers, 16-bit grey with alpha as RGBA of its high bytes.
constexpr Layout kLayouts[] = {
    {1, 0, Mode::bilevel, "1"},    {2, 0, Mode::l, "L;2"},     {4, 0, Mode::l, "L;4"},
    {8, 0, Mode::l, "L"},          {16, 0, Mode::i, "I;16B"},  {8, 2, Mode::rgb, "RGB"},
    {16, 2, Mode::rgb, "RGB;16B"}, {1, 3, Mode::p, "P;1"},     {2, 3, Mode::p, "P;2"},
    {4, 3, Mode::p, "P;4"},        {8, 3, Mode::p, "P"},       {8, 4, Mode::la, "LA"},
    {16, 4, Mode::rgba, "LA;16B"}, {8, 6, Mode::rgba, "RGBA"}, {16, 6, Mode::rgba, "RGBA;16B"},
};

const Unpacker& unpacker_of(const PictureFile& file, const PngHeader& header) {
  for (const Layout& layout : kLayouts)
    if (layout.depth == header.depth && layout.colour == header.colour)
      return *find_unpacker(layout.mode, layout.raw);
  fail_damaged(file, "it has a colour type and depth that do not exist");
}

void undo_sub(uint8_t* row, int64_t bytes, int pixel) {
  for (int64_t i = pixel; i < bytes; ++i) row[i] = static_cast<uint8_t>(row[i] + row[i - pixel]);
}

void undo_up(uint8_t* row, const uint8_t* above, int64_t bytes) {
  for (int64_t i = 0; i < bytes; ++i) row[i] = static_cast<uint8_t>(row[i] + above[i]);
}

void undo_average(uint8_t* row, const uint8_t* above, int64_t bytes, int pixel) {
  for (int64_t i = 0; i < bytes; ++i) {
    const int left = i < pixel ? 0 : row[i - pixel];
    row[i] = static_cast<uint8_t>(row[i] + (left + above[i]) / 2);
  }
}

void undo_paeth(uint8_t* row, const uint8_t* above, int64_t bytes, int pixel) {
  undo_up(row, above, std::min<int64_t>(pixel, bytes));
  for (int64_t i = pixel; i < bytes; ++i) {
    const int left = row[i - pixel], up = above[i], corner = above[i - pixel];
    const int from_left = std::abs(up - corner), from_up = std::abs(left - corner);
    const int from_corner = std::abs(left + up - 2 * corner);
    const int nearest = from_left <= from_up && from_left <= from_corner ? left
                        : from_up <= from_corner                         ? up
                                                                         : corner;
    row[i] = static_cast<uint8_t>(row[i] + nearest);
  }
}

/// Inflates and unfilters one row after the other.
class RowReader {
 public:
  RowReader(const PictureFile& file, PngChunks& chunks, const Unpacker& unpacker, int64_t longest)
      : file_(file),
        chunks_(chunks),
        pixel_((unpacker.bits + 7) / 8),
        row_(longest + 1),
        above_(longest + 1) {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~RowReader() { inflateEnd(&stream_); }
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  /// The next row of so many bytes, valid until the call after the next.
  const uint8_t* next(int64_t bytes) {
    std::swap(row_, above_);
    inflate_row(static_cast<uInt>(bytes + 1));
    uint8_t* row = row_.data() + 1;
    const uint8_t* above = above_.data() + 1;
    switch (row_[0]) {
      case 0: break;
      case 1: undo_sub(row, bytes, pixel_); break;
      case 2: undo_up(row, above, bytes); break;
      case 3: undo_average(row, above, bytes, pixel_); break;
      case 4: undo_paeth(row, above, bytes, pixel_); break;
      default: fail_damaged(file_, "a row's filter is unknown");
    }
    return row;
  }
  /// Before the first row of an interlacing pass: nothing is above it.
  void start_pass() { std::fill(row_.begin(), row_.end(), uint8_t{0}); }
  /// The stream has ended with the last row that was read.
  bool ended() const { return ended_; }

 private:
  void inflate_row(uInt bytes) {
    stream_.next_out = row_.data();
    stream_.avail_out = bytes;
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        const std::span<const uint8_t> piece = chunks_.data();
        stream_.next_in = const_cast<uint8_t*>(piece.data());
        stream_.avail_in = static_cast<uInt>(piece.size());
      }
      const int state = inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_MEM_ERROR) throw std::bad_alloc();
      if (state < 0 || state == Z_NEED_DICT) fail_damaged(file_, "the compressed data are wrong");
      ended_ = state == Z_STREAM_END;
      if (ended_ && stream_.avail_out > 0) fail_truncated(file_);
    }
  }

  const PictureFile& file_;
  PngChunks& chunks_;
  int pixel_;  // bytes from a byte to the one of the pixel on its left
  std::vector<uint8_t> row_, above_;
  z_stream stream_{};
  bool ended_ = false;
};

/// Adam7: where a pass starts and how far apart its pixels are.
struct Pass {
  int x, y, step_x, step_y;
};
constexpr Pass kPasses[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                            {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

void scatter(uint8_t* row, const uint8_t* pixels, int64_t count, const Pass& pass, int size) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(row + (pass.x + i * pass.step_x) * size, pixels + i * size, size);
}

void read_interlaced(RowReader& rows, const Unpacker& unpacker, const PngHeader::Frame& area,
                     Image& image) {
  const int size = bytes_per_pixel(image.mode);
  std::vector<uint8_t> pixels(static_cast<size_t>(area.width) * size);
  for (const Pass& pass : kPasses) {
    const int64_t count = (area.width - pass.x + pass.step_x - 1) / pass.step_x;
    if (count <= 0) continue;
    rows.start_pass();
    for (int64_t y = pass.y; y < area.height; y += pass.step_y) {
      unpacker.row(pixels.data(), rows.next(unpacker.row_bytes(count)), count);
      scatter(image.pixels.data() + static_cast<size_t>(y) * image.width * size, pixels.data(),
              count, pass, size);
      if (rows.ended()) return;
    }
  }
}

void read_rows(RowReader& rows, const Unpacker& unpacker, const PngHeader::Frame& area,
               Image& image) {
  const int size = bytes_per_pixel(image.mode);
  for (int64_t y = 0; y < area.height; ++y) {
    uint8_t* out =
        image.pixels.data() + (static_cast<size_t>(y + area.top) * image.width + area.left) * size;
    unpacker.row(out, rows.next(unpacker.row_bytes(area.width)), area.width);
    // A stream that ends early with a whole row leaves the rest black, as in Pillow.
    if (rows.ended()) return;
  }
}

}  // namespace

Image decode_png(const PictureFile& file) {
  PngChunks chunks(file);
  const PngHeader& header = chunks.header();
  const Unpacker& unpacker = unpacker_of(file, header);
  Image image = new_image(file, unpacker.mode, header.width, header.height);
  if (image.mode == Mode::p) set_palette(file, image, header.palette, 3, 0, 1, 2);

  PngHeader::Frame area =
      header.frame.value_or(PngHeader::Frame{0, 0, header.width, header.height});
  if (area.left + area.width == 0) area = {0, 0, header.width, header.height};
  if (area.width == 0 || area.height == 0) fail_damaged(file, "its frame is empty");
  if (unpacker.row_bytes(area.width) >= std::numeric_limits<int>::max())
    fail_unsupported(file, "a row of more than 2 GiB");
  RowReader rows(file, chunks, unpacker, unpacker.row_bytes(area.width));
  if (header.interlaced)
    read_interlaced(rows, unpacker, area, image);
  else
    read_rows(rows, unpacker, area, image);
  chunks.finish();
  return image;
}

ImageInfo png_info(const PictureFile& file) {
  PngChunks chunks(file);
  const PngHeader& header = chunks.header();
  unpacker_of(file, header);
  check_size(file, header.width, header.height);
  if (header.exif.empty()) {  // it may come after the picture
    chunks.skip_data();
    chunks.finish();
  }
  ImageInfo info;
  info.width = static_cast<int>(header.width);
  info.height = static_cast<int>(header.height);
  info.orientation = exif_orientation(header.exif);
  return info;
}

}  // namespace tandem
