#include "text/utf8.h"

#include <cstdint>
#include <cstring>

namespace tandem {
namespace {

/// What may follow a first byte: how many bytes, and the range of the next one.
struct Lead {
  int following;
  uint8_t low, high;
};

Lead lead_of(uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

/// The first position at or after `position` of a byte that is not ASCII.
size_t skip_ascii(std::string_view bytes, size_t position) {
  while (position + 8 <= bytes.size()) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + position, 8);
    if (word & 0x8080808080808080u) break;
    position += 8;
  }
  while (position < bytes.size() && static_cast<uint8_t>(bytes[position]) < 0x80) ++position;
  return position;
}

}  // namespace

Utf8Step utf8_step(std::string_view bytes, size_t position) {
  const uint8_t first = static_cast<uint8_t>(bytes[position]);
  if (first < 0x80) return {first, 1, true};
  const Lead lead = lead_of(first);
  if (lead.following == 0) return {0, 1, false};
  char32_t code = first & (0x3F >> lead.following);
  uint8_t low = lead.low, high = lead.high;
  for (int i = 1; i <= lead.following; ++i) {
    if (position + i >= bytes.size()) return {0, static_cast<size_t>(i), false};
    const uint8_t byte = static_cast<uint8_t>(bytes[position + i]);
    if (byte < low || byte > high) return {0, static_cast<size_t>(i), false};
    code = code << 6 | (byte & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {code, static_cast<size_t>(lead.following) + 1, true};
}

size_t invalid_utf8_offset(std::string_view bytes) {
  size_t position = 0;
  while ((position = skip_ascii(bytes, position)) < bytes.size()) {
    const Utf8Step step = utf8_step(bytes, position);
    if (!step.valid) return position;
    position += step.length;
  }
  return std::string_view::npos;
}

bool is_ascii(std::string_view bytes) { return skip_ascii(bytes, 0) == bytes.size(); }

std::u32string utf8_to_utf32(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  for (size_t position = 0; position < bytes.size();) {
    const Utf8Step step = utf8_step(bytes, position);
    text.push_back(step.valid ? step.code : U'\uFFFD');
    position += step.length;
  }
  return text;
}

void append_utf8(std::string& bytes, char32_t code) {
  if (code < 0x80) {
    bytes.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    bytes.push_back(static_cast<char>(0xC0 | code >> 6));
    bytes.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    bytes.push_back(static_cast<char>(0xE0 | code >> 12));
    bytes.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    bytes.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    bytes.push_back(static_cast<char>(0xF0 | code >> 18));
    bytes.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    bytes.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    bytes.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

std::string utf32_to_utf8(std::u32string_view text) {
  std::string bytes;
  bytes.reserve(text.size() + text.size() / 2);
  for (const char32_t code : text) append_utf8(bytes, code);
  return bytes;
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t position = 0; position < bytes.size();) {
    const Utf8Step step = utf8_step(bytes, position);
    if (step.valid)
      text.append(bytes.substr(position, step.length));
    else
      text.append("\xEF\xBF\xBD");  // U+FFFD
    position += step.length;
  }
  return text;
}

}  // namespace tandem
