// Reading a picture file's numbers in either byte order, never past its end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "image/decoders.h"

namespace tandem {

/// The unsigned number in `bytes`, 1 to 8 of them.
inline uint64_t number_in(std::span<const uint8_t> bytes, bool big_endian) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    value = value << 8 | bytes[big_endian ? i : bytes.size() - 1 - i];
  return value;
}

/// A position in a file. What would read past the end refuses the file as
/// truncated.
class PictureReader {
 public:
  explicit PictureReader(const PictureFile& file, bool big_endian = false)
      : file_(file), big_endian_(big_endian) {}

  size_t position() const { return at_; }
  size_t left() const { return file_.bytes.size() - at_; }
  /// A position after the end is the end.
  void seek(uint64_t position) {
    at_ = static_cast<size_t>(std::min<uint64_t>(position, file_.bytes.size()));
  }

  std::span<const uint8_t> take(uint64_t count) {
    if (count > left()) fail_truncated(file_);
    const auto part = file_.bytes.subspan(at_, static_cast<size_t>(count));
    at_ += part.size();
    return part;
  }
  /// What is there of the next `count` bytes.
  std::span<const uint8_t> take_up_to(uint64_t count) {
    return take(std::min<uint64_t>(count, left()));
  }

  uint8_t u8() { return take(1)[0]; }
  uint16_t u16() { return static_cast<uint16_t>(number_in(take(2), big_endian_)); }
  uint32_t u32() { return static_cast<uint32_t>(number_in(take(4), big_endian_)); }

 private:
  const PictureFile& file_;
  size_t at_ = 0;
  bool big_endian_;
};

}  // namespace tandem
