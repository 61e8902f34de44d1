// PBM, PGM and PPM, plain and binary, by a decoder of our own.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "image/picture_reader.h"
#include "image/unpack.h"

namespace tandem {
namespace {

struct PpmHeader {
  bool plain = false;
  Mode mode = Mode::l;  // bilevel, l, i (more than 255 greys) or rgb
  int64_t width = 0;
  int64_t height = 0;
  int maximum = 1;  // of a sample
};

constexpr size_t kLongestNumber = 10;

constexpr std::string_view kSpaces = " \t\n\v\f\r";

bool is_space(int byte) { return kSpaces.find(static_cast<char>(byte)) != std::string_view::npos; }

[[noreturn]] void fail_number(const PictureFile& file) {
  fail_damaged(file, "there is something else where a number is expected");
}

/// The number that is `digits`.
int64_t to_number(const PictureFile& file, std::string_view digits) {
  if (digits.empty() || digits.size() > kLongestNumber) fail_number(file);
  int64_t value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') fail_number(file);
    value = value * 10 + (digit - '0');
  }
  return value;
}

/// A number of the header and the one white space behind it. A comment may
/// stand anywhere, even inside the number.
int64_t header_number(const PictureFile& file, PictureReader& reader) {
  std::string digits;
  while (reader.left() > 0 && digits.size() <= kLongestNumber) {
    const int byte = reader.u8();
    if (byte == '#') {
      while (reader.left() > 0) {
        const int skipped = reader.u8();
        if (skipped == '\n' || skipped == '\r') break;
      }
    } else if (!is_space(byte)) {
      digits += static_cast<char>(byte);
    } else if (!digits.empty()) {
      break;
    }
  }
  return to_number(file, digits);
}

PpmHeader read_header(const PictureFile& file, PictureReader& reader) {
  PpmHeader header;
  const int kind = reader.take(2)[1] - '0';  // 1 to 6
  if (!is_space(reader.u8())) fail_damaged(file, "its first line is too long");
  header.plain = kind <= 3;
  header.width = header_number(file, reader);
  header.height = header_number(file, reader);
  if (kind == 1 || kind == 4) {
    header.mode = Mode::bilevel;
    return header;
  }
  const int64_t maximum = header_number(file, reader);
  if (maximum < 1 || maximum > 65535)
    fail_damaged(file, "its largest value is not from 1 to 65535");
  header.maximum = static_cast<int>(maximum);
  header.mode = kind == 3 || kind == 6 ? Mode::rgb : maximum > 255 ? Mode::i : Mode::l;
  return header;
}

/// Samples of 0 to `maximum` as Pillow scales them: to 255, or 65535 in mode i,
/// halves to the even number.
class Scaler {
 public:
  explicit Scaler(const PpmHeader& header)
      : maximum_(header.maximum), largest_(header.mode == Mode::i ? 65535 : 255) {}

  int operator()(int64_t value) const {
    const double scaled = static_cast<double>(value) / maximum_ * largest_;
    return static_cast<int>(std::min<double>(largest_, std::nearbyint(scaled)));
  }

 private:
  int maximum_, largest_;
};

/// Writes sample after sample into an image.
class SampleWriter {
 public:
  explicit SampleWriter(Image& image) : image_(image), size_(image.mode == Mode::i ? 4 : 1) {}

  bool full() const { return at_ == image_.pixels.size(); }
  void put(int32_t value) {
    if (size_ == 4)
      std::memcpy(image_.pixels.data() + at_, &value, 4);
    else
      image_.pixels[at_] = static_cast<uint8_t>(value);
    at_ += size_;
  }

 private:
  Image& image_;
  size_t size_;
  size_t at_ = 0;
};

/// The plain formats' text without its comments, in Pillow's blocks: where one
/// ends decides what Pillow makes of files that are too short or too long.
class PlainText {
 public:
  explicit PlainText(PictureReader& reader) : reader_(reader) {}

  /// False at the end of the file. The text may be empty before it.
  bool next(std::string& text) {
    text.clear();
    if (reader_.left() == 0) return false;
    do {
      for (const uint8_t byte : reader_.take_up_to(kBlock)) {
        if (!in_comment_ && byte != '#') text += static_cast<char>(byte);
        if (byte == '#') in_comment_ = true;
        if (byte == '\n' || byte == '\r') in_comment_ = false;  // goes with its comment
      }
    } while (in_comment_ && text.empty() && reader_.left() > 0);
    return true;
  }

 private:
  static constexpr uint64_t kBlock = uint64_t{1} << 20;
  PictureReader& reader_;
  bool in_comment_ = false;
};

void read_plain_bits(const PictureFile& file, PictureReader& reader, Image& image) {
  PlainText blocks(reader);
  SampleWriter out(image);
  for (std::string text; !out.full();) {
    if (!blocks.next(text)) fail_truncated(file);
    for (const char byte : text) {
      if (is_space(byte)) continue;
      if (byte != '0' && byte != '1') fail_number(file);
      if (!out.full()) out.put(byte == '1' ? 0 : 255);
    }
  }
}

/// The next word of `text` from `at` on; empty at its end.
std::string_view next_word(std::string_view text, size_t& at) {
  while (at < text.size() && is_space(text[at])) ++at;
  const size_t start = at;
  while (at < text.size() && !is_space(text[at])) ++at;
  return text.substr(start, at - start);
}

void read_plain_numbers(const PictureFile& file, PictureReader& reader, const PpmHeader& header,
                        Image& image) {
  PlainText blocks(reader);
  const Scaler scale(header);
  SampleWriter out(image);
  const auto sample = [&](std::string_view word) {
    const int64_t value = to_number(file, word);
    if (value > header.maximum) fail_damaged(file, "a value is larger than its largest value");
    return scale(value);
  };
  // A word that a block cuts in two is kept for the next block; Pillow forgets
  // to drop it afterwards, so the last word of a short file fills the picture.
  std::string text, kept;
  while (!out.full()) {
    if (!blocks.next(text)) {
      if (kept.empty()) fail_truncated(file);
      for (const int last = sample(kept); !out.full();) out.put(last);
      return;
    }
    text.insert(0, kept);
    const size_t whole = text.find_last_of(kSpaces) + 1;
    if (whole < text.size()) kept = text.substr(whole);
    if (kept.size() > kLongestNumber) fail_number(file);
    text.resize(whole);
    size_t at = 0;
    for (std::string_view word; !out.full() && !(word = next_word(text, at)).empty();) {
      out.put(sample(word));
    }
  }
}

void read_scaled(PictureReader& reader, const PpmHeader& header, Image& image) {
  const Scaler scale(header);
  const bool wide = header.maximum > 255;
  std::vector<int> scaled(wide ? 65536 : 256);
  for (size_t value = 0; value < scaled.size(); ++value)
    scaled[value] = scale(static_cast<int64_t>(value));
  SampleWriter out(image);
  while (!out.full()) out.put(scaled[wide ? reader.u16() : reader.u8()]);
}

}  // namespace

Image decode_ppm(const PictureFile& file) {
  PictureReader reader(file, true);
  const PpmHeader header = read_header(file, reader);
  Image image = new_image(file, header.mode, header.width, header.height);
  if (header.plain) {
    if (header.mode == Mode::bilevel)
      read_plain_bits(file, reader, image);
    else
      read_plain_numbers(file, reader, header, image);
  } else if (header.mode == Mode::bilevel) {
    const Unpacker& unpacker = *find_unpacker(Mode::bilevel, "1;I");
    for (int64_t y = 0; y < image.height; ++y)
      unpacker.row(image.pixels.data() + y * image.width,
                   reader.take(unpacker.row_bytes(image.width)).data(), image.width);
  } else if (header.maximum == 255) {
    const auto pixels = reader.take(image.pixels.size());
    std::copy(pixels.begin(), pixels.end(), image.pixels.begin());
  } else {
    read_scaled(reader, header, image);
  }
  return image;
}

ImageInfo ppm_info(const PictureFile& file) {
  PictureReader reader(file, true);
  const PpmHeader header = read_header(file, reader);
  check_size(file, header.width, header.height);
  ImageInfo info;
  info.width = static_cast<int>(header.width);
  info.height = static_cast<int>(header.height);
  return info;
}

}  // namespace tandem
