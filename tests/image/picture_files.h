// Small picture files, written by hand for tests.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem_test {

inline std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// A number in `size` bytes.
inline std::string big(uint64_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}
inline std::string little(uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}

/// Bytes given as numbers.
inline std::string raw(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

inline std::string deflated(const std::string& bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

inline std::string png_chunk(std::string_view id, const std::string& body) {
  const std::string named = std::string(id) + body;
  const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(named.data()), named.size());
  return big(body.size(), 4) + named + big(sum, 4);
}

inline std::string png_header(uint32_t width, uint32_t height, int depth, int colour) {
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big(width, 4) + big(height, 4) + raw({depth, colour, 0, 0, 0}));
}

/// A PNG whose rows, each behind its filter byte, are `rows`; `more` are chunks before them.
inline std::string png_file(uint32_t width, uint32_t height, int depth, int colour,
                            const std::string& rows, const std::string& more = "") {
  return png_header(width, height, depth, colour) + more + png_chunk("IDAT", deflated(rows)) +
         png_chunk("IEND", "");
}

/// A BMP with Windows' short header; a negative height is a picture from the top down.
inline std::string bmp_file(int width, int height, int bits, const std::string& palette,
                            const std::string& pixels, int compression = 0) {
  const int colours = static_cast<int>(palette.size() / 4);
  const uint64_t offset = 54 + palette.size();
  return "BM" + little(offset + pixels.size(), 4) + little(0, 4) + little(offset, 4) +
         little(40, 4) + little(static_cast<uint32_t>(width), 4) +
         little(static_cast<uint32_t>(height), 4) + little(1, 2) + little(bits, 2) +
         little(compression, 4) + little(pixels.size(), 4) + little(0, 8) + little(colours, 4) +
         little(0, 4) + palette + pixels;
}

/// A GIF of one frame with 2-bit indices whose codes are never longer than three
/// bits: every second pixel starts the table anew.
inline std::string gif_file(int canvas_width, int canvas_height, int left, int top, int width,
                            int height, bool interlaced, const std::vector<int>& indices,
                            const std::string& palette, const std::string& extension = "") {
  uint32_t bits = 0;
  int count = 0;
  std::string codes;
  const auto put = [&](uint32_t code) {
    bits |= code << count;
    for (count += 3; count >= 8; count -= 8, bits >>= 8) codes += static_cast<char>(bits);
  };
  for (size_t i = 0; i < indices.size(); ++i) {
    if (i % 2 == 0) put(4);  // clear
    put(static_cast<uint32_t>(indices[i]));
  }
  put(5);  // end
  codes += static_cast<char>(bits);
  return "GIF89a" + little(canvas_width, 2) + little(canvas_height, 2) + raw({0x81, 3, 0}) +
         palette + extension + "," + little(left, 2) + little(top, 2) + little(width, 2) +
         little(height, 2) + raw({interlaced ? 0x40 : 0, 2, static_cast<int>(codes.size())}) +
         codes + raw({0}) + ";";
}

/// One entry of a little-endian TIFF directory.
inline std::string tiff_entry(int tag, int type, uint32_t count, uint32_t value) {
  return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
}

/// An uncompressed little-endian TIFF of one strip, with one sample a pixel.
inline std::string tiff_file(uint32_t width, uint32_t height, int bits, int photometric,
                             const std::string& pixels, int orientation = 1) {
  return "II" + little(42, 2) + little(8 + pixels.size(), 4) + pixels + little(8, 2) +
         tiff_entry(256, 4, 1, width) + tiff_entry(257, 4, 1, height) +
         tiff_entry(258, 3, 1, bits) + tiff_entry(262, 3, 1, photometric) +
         tiff_entry(273, 4, 1, 8) + tiff_entry(274, 3, 1, orientation) +
         tiff_entry(278, 4, 1, height) + tiff_entry(279, 4, 1, pixels.size()) + little(0, 4);
}

/// An EXIF block without its header that says nothing but an orientation.
inline std::string exif_block(int orientation, bool big_endian = false) {
  if (big_endian)
    return "MM" + big(42, 2) + big(8, 4) + big(1, 2) + big(0x112, 2) + big(3, 2) + big(1, 4) +
           big(orientation, 2) + big(0, 2) + big(0, 4);
  return "II" + little(42, 2) + little(8, 4) + little(1, 2) +
         tiff_entry(0x112, 3, 1, static_cast<uint32_t>(orientation)) + little(0, 4);
}

}  // namespace tandem_test
