// GIF: the first frame, by a decoder of our own that accepts what Pillow accepts.
#include <algorithm>
#include <array>
#include <optional>

#include "image/picture_reader.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

/// What stands before the first frame's pixels.
struct GifHeader {
  int64_t width = 0;  // of the canvas, which grows to hold the frame
  int64_t height = 0;
  int64_t left = 0, top = 0, frame_width = 0, frame_height = 0;
  bool interlaced = false;
  std::optional<uint8_t> transparent;
  Bytes palette;  // empty: the values are grey levels
  int code_bits = 0;
};

/// A palette that maps every index to its own grey level is none.
Bytes unless_grey_ramp(const PictureFile& file, Bytes palette) {
  for (size_t i = 0; i < palette.size(); i += 3) {
    const size_t here = std::min<size_t>(3, palette.size() - i);
    for (size_t channel = 0; channel < here; ++channel)
      if (palette[i + channel] != i / 3) return palette;
    if (here < 3) fail_truncated(file);
  }
  return {};
}

/// A block of at most 255 bytes with its length in front; empty at the end.
Bytes sub_block(PictureReader& reader) {
  if (reader.left() == 0) return {};
  return reader.take_up_to(reader.u8());
}

void read_extension(const PictureFile& file, PictureReader& reader, GifHeader& header) {
  const int label = reader.u8();
  const Bytes block = sub_block(reader);
  if (label == 0xf9) {  // graphic control
    if (block.size() < 3 || (block[0] & 1 && block.size() < 4)) fail_truncated(file);
    if (block[0] & 1) header.transparent = block[3];
  }
  if (block.empty() && label == 0xfe) return;  // an empty comment
  while (!sub_block(reader).empty()) {
  }
}

void read_frame_header(const PictureFile& file, PictureReader& reader, Bytes global_palette,
                       GifHeader& header) {
  header.left = reader.u16();
  header.top = reader.u16();
  header.frame_width = reader.u16();
  header.frame_height = reader.u16();
  const int flags = reader.u8();
  header.width = std::max(header.width, header.left + header.frame_width);
  header.height = std::max(header.height, header.top + header.frame_height);
  header.interlaced = (flags & 0x40) != 0;
  header.palette = flags & 0x80 ? unless_grey_ramp(file, reader.take_up_to(3 << ((flags & 7) + 1)))
                                : global_palette;
  header.code_bits = reader.u8();
}

GifHeader read_header(const PictureFile& file, PictureReader& reader) {
  GifHeader header;
  reader.take(6);
  header.width = reader.u16();
  header.height = reader.u16();
  const int flags = reader.u8();
  reader.take(2);  // background and aspect ratio
  Bytes global_palette;
  if (flags & 0x80)
    global_palette = unless_grey_ramp(file, reader.take_up_to(3 << ((flags & 7) + 1)));
  for (;;) {
    switch (reader.u8()) {
      case ';': fail_damaged(file, "it holds no frame");
      case '!': read_extension(file, reader, header); break;
      case ',': read_frame_header(file, reader, global_palette, header); return header;
      default: break;  // what is unknown between blocks is passed over
    }
  }
}

/// The variable-length codes of a frame, out of its sub-blocks.
class CodeReader {
 public:
  explicit CodeReader(PictureReader& reader) : reader_(reader) {}

  int next(int bits) {
    while (bit_count_ < bits) {
      // Only whole blocks are decoded: one cut short ends the picture.
      while (block_.empty()) block_ = reader_.take(reader_.u8());
      bits_ |= uint32_t{block_[0]} << bit_count_;
      bit_count_ += 8;
      block_ = block_.subspan(1);
    }
    const int code = static_cast<int>(bits_ & ((1u << bits) - 1));
    bits_ >>= bits;
    bit_count_ -= bits;
    return code;
  }

 private:
  PictureReader& reader_;
  Bytes block_;
  uint32_t bits_ = 0;
  int bit_count_ = 0;
};

constexpr int kTableSize = 4096;
constexpr int kMaxCodeBits = 12;

/// LZW: one call gives the string of one code.
class StringReader {
 public:
  StringReader(const PictureFile& file, PictureReader& reader, int bits)
      : file_(file), codes_(reader), clear_(1 << bits), first_bits_(bits + 1) {
    restart();
  }

  Bytes next() {
    for (;;) {
      const int code = codes_.next(bits_);
      if (code == clear_)
        restart();
      else if (code == clear_ + 1)
        fail_truncated(file_);  // the end code before the end of the picture
      else
        return last_code_ < 0 ? first_string(code) : string_of(code);
    }
  }

 private:
  void restart() {
    bits_ = first_bits_;
    next_ = clear_ + 2;
    last_code_ = -1;
  }

  Bytes first_string(int code) {
    if (code > clear_) fail_damaged(file_, "a code is out of order");
    last_code_ = code;
    first_byte_ = static_cast<uint8_t>(code);
    return {&first_byte_, 1};
  }

  /// Strings are followed from their end to their first byte.
  Bytes string_of(const int code) {
    if (code > next_) fail_damaged(file_, "a code is out of order");
    size_t start = string_.size();
    int at = code;
    if (code == next_) {  // the string that this very code defines
      string_[--start] = first_byte_;
      at = last_code_;
    }
    while (at >= clear_) {
      if (start == 0 || at >= kTableSize) fail_damaged(file_, "a code is out of order");
      string_[--start] = suffix_[at];
      at = prefix_[at];
    }
    first_byte_ = static_cast<uint8_t>(at);
    define(code);
    if (start == 0) fail_damaged(file_, "a code is out of order");
    string_[--start] = first_byte_;
    return Bytes(string_).subspan(start);
  }

  void define(int code) {
    if (next_ < kTableSize) {
      suffix_[next_] = first_byte_;
      prefix_[next_] = static_cast<uint16_t>(last_code_);
      if (next_ == (1 << bits_) - 1 && bits_ < kMaxCodeBits) ++bits_;
      ++next_;
    }
    last_code_ = code;
  }

  const PictureFile& file_;
  CodeReader codes_;
  const int clear_;
  const int first_bits_;
  int bits_ = 0, next_ = 0, last_code_ = -1;
  uint8_t first_byte_ = 0;
  std::array<uint8_t, kTableSize> suffix_{};
  std::array<uint16_t, kTableSize> prefix_{};
  std::array<uint8_t, kTableSize + 2> string_{};
};

/// The order of an interlaced frame's rows: every 8th from 0, from 4, every 4th
/// from 2, every 2nd from 1.
class RowOrder {
 public:
  RowOrder(int64_t rows, bool interlaced)
      : rows_(rows), step_(interlaced ? 8 : 1), pass_(interlaced ? 1 : 4) {}

  int64_t row() const { return row_; }
  /// False after the last row.
  bool advance() {
    constexpr int kStarts[] = {0, 4, 2, 1};
    constexpr int kSteps[] = {8, 8, 4, 2};
    row_ += step_;
    while (row_ >= rows_) {
      if (pass_ == 4) return false;
      row_ = kStarts[pass_];
      step_ = kSteps[pass_++];
    }
    return true;
  }

 private:
  int64_t rows_;
  int64_t row_ = 0;
  int step_;
  int pass_;
};

}  // namespace

Image decode_gif(const PictureFile& file) {
  PictureReader reader(file);
  GifHeader header = read_header(file, reader);
  Image image =
      new_image(file, header.palette.empty() ? Mode::l : Mode::p, header.width, header.height);
  if (image.mode == Mode::p) set_palette(file, image, header.palette, 3, 0, 1, 2);
  // What the frame does not cover has index 0, not the background's, unless
  // there is a transparent one.
  if (header.transparent) std::fill(image.pixels.begin(), image.pixels.end(), *header.transparent);

  if (header.left + header.frame_width == 0) {  // Pillow takes this for the whole canvas
    header.frame_width = header.width;
    header.frame_height = header.height;
    header.top = 0;
  }
  if (header.frame_width == 0 || header.frame_height == 0) fail_damaged(file, "its frame is empty");
  if (header.code_bits > kMaxCodeBits) fail_damaged(file, "its codes are too long");

  StringReader strings(file, reader, header.code_bits);
  RowOrder order(header.frame_height, header.interlaced);
  Bytes string;
  do {
    uint8_t* row = image.pixels.data() + (header.top + order.row()) * header.width + header.left;
    for (int64_t x = 0; x < header.frame_width;) {
      if (string.empty()) string = strings.next();
      const size_t count = std::min<size_t>(string.size(), header.frame_width - x);
      std::copy_n(string.data(), count, row + x);
      string = string.subspan(count);
      x += static_cast<int64_t>(count);
    }
  } while (order.advance());
  return image;
}

ImageInfo gif_info(const PictureFile& file) {
  PictureReader reader(file);
  const GifHeader header = read_header(file, reader);
  check_size(file, header.width, header.height);
  ImageInfo info;
  info.width = static_cast<int>(header.width);
  info.height = static_cast<int>(header.height);
  return info;
}

}  // namespace tandem
