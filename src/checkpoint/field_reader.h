// Reading little-endian fields of foreign bytes, never past their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/fail.h"

namespace tandem {

/// A position in borrowed bytes. Every read that would pass the end is
/// bad_model, in a sentence that begins with `name`.
class FieldReader {
 public:
  FieldReader(std::span<const std::byte> bytes, const std::string& name)
      : bytes_(bytes), name_(name) {}

  size_t position() const { return position_; }
  uint64_t left() const { return bytes_.size() - position_; }
  std::span<const std::byte> rest() const { return bytes_.subspan(position_); }

  std::span<const std::byte> take(uint64_t count) {
    if (count > left())
      fail(ErrorKind::bad_model, "{}: ends at byte {} where {} more are needed; get the whole file",
           name_, bytes_.size(), count - left());
    const auto part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }
  std::string_view text(uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  template <class Integer>
  Integer number() {
    Integer value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  size_t position_ = 0;
};

}  // namespace tandem
