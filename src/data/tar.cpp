#include "data/tar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "data/printable.h"

namespace tandem {
namespace {

constexpr uint64_t kBlock = 512;
// Of a long name or a pax header: paths are 4 KiB at most.
constexpr uint64_t kMaxHeaderBytes = 1 << 20;
constexpr uint64_t kMaxSize = uint64_t{1} << 62;

using Block = std::array<char, kBlock>;

std::string_view field(const Block& block, size_t at, size_t length) {
  const std::string_view whole(block.data() + at, length);
  return whole.substr(0, whole.find('\0'));
}

bool is_zero(const Block& block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == 0; });
}

// Octal digits between blanks, or GNU's base 256 where the first bit is set.
std::optional<uint64_t> number(const Block& block, size_t at, size_t length) {
  const auto first = static_cast<uint8_t>(block[at]);
  if (first & 0x80) {
    if (first != 0x80) return std::nullopt;  // negative, or above 2^(8 length - 8)
    uint64_t value = 0;
    for (size_t i = 1; i < length; ++i) {
      if (value >> 54) return std::nullopt;
      value = value << 8 | static_cast<uint8_t>(block[at + i]);
    }
    return value;
  }
  std::string_view digits = field(block, at, length);
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  if (digits.empty()) return 0;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// The sum of all bytes, the checksum's own taken as blanks; old archives summed signed ones.
bool checksum_fits(const Block& block) {
  const auto noted = number(block, 148, 8);
  if (!noted) return false;
  int64_t sum = 8 * ' ', signed_sum = 8 * ' ';
  for (size_t i = 0; i < kBlock; ++i) {
    if (i >= 148 && i < 156) continue;
    sum += static_cast<uint8_t>(block[i]);
    signed_sum += static_cast<signed char>(block[i]);
  }
  const auto wanted = static_cast<int64_t>(*noted);
  return sum == wanted || signed_sum == wanted;
}

const char* compression_of(const Block& block) {
  const std::string_view bytes(block.data(), 6);
  if (bytes.starts_with("\x1f\x8b")) return "gzip";
  if (bytes.starts_with("BZh")) return "bzip2";
  if (bytes.starts_with("\xfd"
                        "7zXZ"))
    return "xz";
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
  return nullptr;
}

}  // namespace

struct TarReader::Header {
  std::string name;
  uint64_t at = 0;
  uint64_t size = 0;
  char type = '0';
};

TarReader::TarReader(ReadAt read, uint64_t size, std::string name)
    : read_(std::move(read)), size_(size), name_(std::move(name)) {}

std::optional<TarReader::Header> TarReader::next_header() {
  Block block;
  do {
    if (at_ >= size_) return std::nullopt;
    if (size_ - at_ < kBlock)
      fail(ErrorKind::bad_input, "{}: is truncated in a header at byte {}; get the file again",
           name_, at_);
    read_(at_, std::as_writable_bytes(std::span(block)));
    at_ += kBlock;
  } while (is_zero(block));
  const uint64_t at = at_ - kBlock;
  if (const char* packed = at == 0 ? compression_of(block) : nullptr)
    fail(
        ErrorKind::bad_input,
        "{}: is compressed with {}, so that no sample can be found in it; unpack it first, or name "
        "the command that does: \"pipe:...\"",
        name_, packed);
  const auto size = number(block, 124, 12);
  if (!checksum_fits(block) || !size || *size > kMaxSize)
    fail(ErrorKind::bad_input, "{}: {} (the header at byte {}); get the file again", name_,
         at == 0 ? "is no tar archive" : "is damaged", at);
  Header header{std::string(field(block, 0, 100)), at, *size, block[156]};
  // GNU's magic is "ustar  ", and other fields stand where POSIX has the prefix.
  const bool posix = std::string_view(block.data() + 257, 6) == std::string_view("ustar\0", 6);
  if (const auto prefix = field(block, 345, 155); posix && !prefix.empty())
    header.name = std::string(prefix) + "/" + header.name;
  return header;
}

uint64_t TarReader::end_of(const Header& header) const {
  if (header.size > size_ - at_)
    fail(
        ErrorKind::bad_input,
        "{}: is truncated, \"{}\" needs {} bytes from byte {} on and the file has {}; get the file "
        "again",
        name_, printable(header.name), header.size, at_, size_);
  return at_ + header.size;
}

std::string TarReader::long_text(const Header& header) {
  const uint64_t end = end_of(header);
  if (header.size > kMaxHeaderBytes)
    fail(ErrorKind::limit, "{}: the header at byte {} is longer than {} bytes; get the file again",
         name_, header.at, kMaxHeaderBytes);
  std::string text(header.size, '\0');
  if (!text.empty()) read_(at_, std::as_writable_bytes(std::span(text)));
  at_ = std::min(size_, (end + kBlock - 1) / kBlock * kBlock);
  return text;
}

// Records of "LENGTH KEY=VALUE\n", the length with all that belongs to it.
void TarReader::read_pax(const Header& header, TarMember& member, bool& sized) {
  const std::string text = long_text(header);
  std::string_view rest = text;
  while (!rest.empty() && rest.front() != '\0') {
    size_t length = 0;
    const auto [digits_end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<size_t>(digits_end - rest.data());
    const bool fits = error == std::errc() && length <= rest.size() && length >= digits + 2 &&
                      rest[digits] == ' ' && rest[length - 1] == '\n';
    const std::string_view record =
        fits ? rest.substr(digits + 1, length - digits - 2) : std::string_view();
    const size_t equals = record.find('=');
    if (!fits || equals == std::string_view::npos)
      fail(ErrorKind::bad_input, "{}: the pax header at byte {} is damaged; get the file again",
           name_, header.at);
    const std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") member.name = value;
    if (key == "size") {
      const auto [end, wrong] =
          std::from_chars(value.data(), value.data() + value.size(), member.size);
      if (wrong != std::errc() || end != value.data() + value.size() || member.size > kMaxSize)
        fail(ErrorKind::bad_input, "{}: the pax header at byte {} is damaged; get the file again",
             name_, header.at);
      sized = true;
    }
    if (key.starts_with("GNU.sparse."))
      fail(ErrorKind::unsupported,
           "{}: holds a sparse file (byte {}), which Tandem does not read; pack it again without "
           "--sparse",
           name_, header.at);
    rest.remove_prefix(length);
  }
}

std::optional<TarMember> TarReader::next() {
  TarMember member;
  bool begun = false, sized = false;
  while (auto header = next_header()) {
    if (!begun) member.begin = header->at;
    begun = true;
    switch (header->type) {
      case 'x': read_pax(*header, member, sized); continue;
      case 'L': {
        const std::string text = long_text(*header);
        member.name = text.substr(0, text.find('\0'));
        continue;
      }
      case 'K':
      case 'g': long_text(*header); continue;
      case 'S':
        fail(ErrorKind::unsupported,
             "{}: holds a sparse file (byte {}), which Tandem does not read; pack it again without "
             "--sparse",
             name_, header->at);
      default: break;
    }
    if (sized) header->size = member.size;
    if (!member.name.empty()) header->name = member.name;
    const bool has_data = std::strchr("123456", header->type) == nullptr || header->type == '\0';
    if (!has_data) header->size = 0;
    const uint64_t end = end_of(*header);
    member.name = header->name;
    member.data = at_;
    member.size = header->size;
    at_ = std::min(size_, (end + kBlock - 1) / kBlock * kBlock);
    const bool regular = header->type == '0' || header->type == '\0' || header->type == '7';
    if (regular && !member.name.ends_with('/')) return member;
    member = {};
    begun = sized = false;
  }
  return std::nullopt;
}

}  // namespace tandem
