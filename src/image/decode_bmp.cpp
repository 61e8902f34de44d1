// BMP by a decoder of our own: Windows versions 3, 4 and 5, OS/2 versions 1 and 2.
#include <algorithm>
#include <vector>

#include "base/fail.h"
#include "image/picture_reader.h"
#include "image/unpack.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

enum Compression : uint32_t { kRaw = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3 };

struct BmpHeader {
  int64_t width = 0;
  int64_t height = 0;
  bool top_down = false;
  int bits = 0;
  uint32_t compression = kRaw;
  uint32_t colours = 0;  // of the palette
  int palette_step = 4;  // bytes of a colour
  uint32_t red = 0, green = 0, blue = 0, alpha = 0;
  uint64_t pixels_at = 0;  // 0: right behind the palette
};

void read_masks(PictureReader& reader, BmpHeader& header, bool with_alpha) {
  header.red = reader.u32();
  header.green = reader.u32();
  header.blue = reader.u32();
  if (with_alpha) header.alpha = reader.u32();
}

void read_windows_header(PictureReader& reader, BmpHeader& header, uint32_t header_size) {
  header.width = reader.u32();
  const uint32_t height = reader.u32();
  header.top_down = height >> 24 == 0xff;
  header.height = header.top_down ? (int64_t{1} << 32) - height : height;
  reader.take(2);  // planes
  header.bits = reader.u16();
  header.compression = reader.u32();
  reader.take(12);  // bytes of the pixels, resolution
  header.colours = reader.u32();
  reader.take(4);  // important colours
  if (header.compression != kBitFields) return;
  read_masks(reader, header, header_size > 40);  // the short header is followed by three
}

/// Leaves the reader at the palette.
BmpHeader read_header(const PictureFile& file, PictureReader& reader) {
  BmpHeader header;
  reader.seek(10);
  header.pixels_at = reader.u32();
  const uint32_t size = reader.u32();
  const size_t after = reader.position() - 4 + size;
  if (size == 12) {  // OS/2 version 1
    header.width = reader.u16();
    header.height = reader.u16();
    reader.take(2);
    header.bits = reader.u16();
    header.palette_step = 3;
  } else if (size == 40 || size == 64 || size == 108 || size == 124) {
    read_windows_header(reader, header, size);
    if (size > 40) {
      reader.seek(18);
      reader.take(size - 4);
    }
  } else {
    fail_unsupported(file, fmt::format("a header of {} bytes", size));
  }
  if (header.colours == 0 && header.bits <= 16) header.colours = 1u << header.bits;
  // As in Pillow: an offset that forgets the palette is moved behind it.
  if (header.pixels_at == after && header.bits <= 8)
    header.pixels_at += uint64_t{4} * header.colours;
  return header;
}

/// Which bytes of a pixel are which channel.
struct Layout {
  int bits;
  uint32_t red, green, blue, alpha;
  Mode mode;
  const char* raw;
};
constexpr Layout kLayouts[] = {
    {32, 0xff0000, 0xff00, 0xff, 0, Mode::rgb, "BGRX"},
    {32, 0xff000000, 0xff0000, 0xff00, 0, Mode::rgb, "XBGR"},
    {32, 0xff000000, 0xff0000, 0xff00, 0xff, Mode::rgba, "ABGR"},
    {32, 0xff, 0xff00, 0xff0000, 0xff000000, Mode::rgba, "RGBA"},
    {32, 0xff0000, 0xff00, 0xff, 0xff000000, Mode::rgba, "BGRA"},
    {32, 0, 0, 0, 0, Mode::rgba, "BGRA"},
    {24, 0xff0000, 0xff00, 0xff, 0, Mode::rgb, "BGR"},
    {16, 0xf800, 0x7e0, 0x1f, 0, Mode::rgb, "BGR;16"},
    {16, 0x7c00, 0x3e0, 0x1f, 0, Mode::rgb, "BGR;15"},
};

const Unpacker& bit_fields_unpacker(const PictureFile& file, const BmpHeader& header) {
  for (const Layout& layout : kLayouts)
    if (layout.bits == header.bits && layout.red == header.red && layout.green == header.green &&
        layout.blue == header.blue && (header.bits != 32 || layout.alpha == header.alpha))
      return *find_unpacker(layout.mode, layout.raw);
  fail_unsupported(file, "unusual bit fields");
}

const Unpacker& unpacker_of(const PictureFile& file, const BmpHeader& header) {
  if (header.compression > kBitFields)
    fail_unsupported(file, fmt::format("compression {}", header.compression));
  if (header.compression == kBitFields) return bit_fields_unpacker(file, header);
  switch (header.bits) {
    case 1: return *find_unpacker(Mode::p, "P;1");
    case 4: return *find_unpacker(Mode::p, "P;4");
    case 8: return *find_unpacker(Mode::p, "P");
    case 16: return *find_unpacker(Mode::rgb, "BGR;15");
    case 24: return *find_unpacker(Mode::rgb, "BGR");
    case 32: return *find_unpacker(Mode::rgb, "BGRX");  // the fourth byte is no alpha
    default: fail_unsupported(file, fmt::format("{} bits a pixel", header.bits));
  }
}

/// Whether the palette is black and white, or every index its own grey level.
bool is_grey_ramp(const BmpHeader& header, Bytes palette) {
  if (palette.size() / header.palette_step < header.colours) return false;
  for (uint32_t i = 0; i < header.colours; ++i) {
    const uint32_t grey = header.colours == 2 ? i * 255 : i;
    const Bytes colour = palette.subspan(size_t{i} * header.palette_step, 3);
    if (colour[0] != grey || colour[1] != grey || colour[2] != grey) return false;
  }
  return true;
}

/// Run-length codes to one byte a pixel. What a file leaves out by moving on is
/// 0; rows are not kept apart, as in Pillow.
class RunDecoder {
 public:
  RunDecoder(PictureReader& reader, bool nibbles, int64_t width, int64_t height)
      : reader_(reader), nibbles_(nibbles), width_(width), total_(width * height) {}

  /// Less than width * height bytes where the file has less.
  std::vector<uint8_t> decode() {
    data_.reserve(static_cast<size_t>(total_));
    while (size() < total_ && reader_.left() >= 2) {
      const int count = reader_.u8();
      const int value = reader_.u8();
      if (count > 0)
        run(count, value);
      else if (value == 0)
        end_row();
      else if (value == 1 || !(value == 2 ? move() : literal(value)))
        break;
    }
    return std::move(data_);
  }

 private:
  int64_t size() const { return static_cast<int64_t>(data_.size()); }

  void put(int value) {
    if (size() < total_) data_.push_back(static_cast<uint8_t>(value));
  }
  void put_zeros(int64_t count) {
    data_.resize(static_cast<size_t>(std::min(total_, size() + count)));
  }

  void run(int count, int value) {
    count = static_cast<int>(std::clamp<int64_t>(width_ - x_, 0, count));
    for (int i = 0; i < count; ++i) put(!nibbles_ ? value : i % 2 == 0 ? value >> 4 : value & 15);
    x_ += count;
  }

  void end_row() {
    put_zeros((width_ - size() % width_) % width_);
    x_ = 0;
  }

  /// Pillow 9.4 takes the distances two bytes too late; so do we.
  bool move() {
    if (reader_.left() < 2) return false;
    reader_.take(2);
    const int64_t right = reader_.u8();
    const int64_t up = reader_.u8();
    put_zeros(right + up * width_);
    x_ = size() % width_;
    return true;
  }

  bool literal(int count) {
    const Bytes bytes = reader_.take_up_to(nibbles_ ? count / 2 : count);
    for (const uint8_t byte : bytes) {
      if (nibbles_) put(byte >> 4);
      put(nibbles_ ? byte & 15 : byte);
    }
    if (bytes.size() < static_cast<size_t>(nibbles_ ? count / 2 : count)) return false;
    x_ += count;
    if (reader_.position() % 2 != 0) reader_.take_up_to(1);  // 16-bit words
    return true;
  }

  PictureReader& reader_;
  const bool nibbles_;
  const int64_t width_, total_;
  std::vector<uint8_t> data_;
  int64_t x_ = 0;
};

void read_runs(const PictureFile& file, PictureReader& reader, const BmpHeader& header,
               Image& image) {
  if (image.mode != Mode::l && image.mode != Mode::p)
    fail_unsupported(file, "run lengths without a palette of colours or greys");
  RunDecoder decoder(reader, header.compression == kRle4, image.width, image.height);
  std::vector<uint8_t> pixels = decoder.decode();
  if (pixels.size() < image.pixels.size()) fail_truncated(file);
  if (header.top_down) {
    image.pixels = std::move(pixels);
    return;
  }
  for (int64_t y = 0; y < image.height; ++y)
    std::copy_n(pixels.data() + (image.height - 1 - y) * image.width, image.width,
                image.pixels.data() + y * image.width);
}

void read_rows(const PictureFile& file, PictureReader& reader, const BmpHeader& header,
               const Unpacker& unpacker, Image& image) {
  const int64_t used = unpacker.row_bytes(image.width);
  const int64_t stride = ((header.width * header.bits + 31) >> 3) & ~int64_t{3};
  if (stride < used) fail_unsupported(file, "a grey palette with fewer than 8 bits a pixel");
  const size_t out_bytes = static_cast<size_t>(image.width) * bytes_per_pixel(image.mode);
  for (int64_t y = 0; y < image.height; ++y) {
    const int64_t row = header.top_down ? y : image.height - 1 - y;
    unpacker.row(image.pixels.data() + row * out_bytes, reader.take(used).data(), image.width);
    if (y + 1 < image.height) reader.take(stride - used);
  }
}

}  // namespace

Image decode_bmp(const PictureFile& file) {
  PictureReader reader(file);
  const BmpHeader header = read_header(file, reader);
  const Unpacker* unpacker = &unpacker_of(file, header);
  check_size(file, header.width, header.height);
  Bytes palette;
  if (unpacker->mode == Mode::p) {
    if (header.colours > 65536) fail_damaged(file, "the palette has more than 65536 colours");
    palette = reader.take_up_to(uint64_t(header.palette_step) * header.colours);
    if (is_grey_ramp(header, palette))
      unpacker =
          header.colours == 2 ? find_unpacker(Mode::bilevel, "1") : find_unpacker(Mode::l, "L");
  }
  Image image = new_image(file, unpacker->mode, header.width, header.height);
  if (image.mode == Mode::p) set_palette(file, image, palette, header.palette_step, 2, 1, 0);
  if (header.pixels_at != 0) reader.seek(header.pixels_at);
  if (header.compression == kRle8 || header.compression == kRle4)
    read_runs(file, reader, header, image);
  else
    read_rows(file, reader, header, *unpacker, image);
  return image;
}

ImageInfo bmp_info(const PictureFile& file) {
  PictureReader reader(file);
  const BmpHeader header = read_header(file, reader);
  unpacker_of(file, header);
  check_size(file, header.width, header.height);
  ImageInfo info;
  info.width = static_cast<int>(header.width);
  info.height = static_cast<int>(header.height);
  return info;
}

}  // namespace tandem
