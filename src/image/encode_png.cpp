#include <zlib.h>

#include <stdexcept>
#include <string_view>

#include "image/decode.h"

namespace tandem {
namespace {

void put_u32(std::vector<uint8_t>& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

void put_chunk(std::vector<uint8_t>& out, std::string_view id, const std::vector<uint8_t>& body) {
  put_u32(out, static_cast<uint32_t>(body.size()));
  const size_t start = out.size();
  out.insert(out.end(), id.begin(), id.end());
  out.insert(out.end(), body.begin(), body.end());
  put_u32(out, static_cast<uint32_t>(crc32_z(0, out.data() + start, out.size() - start)));
}

/// Each row behind its filter: 1, the difference to the pixel on the left.
std::vector<uint8_t> filtered(const RgbImage& image) {
  const size_t row_bytes = size_t(image.width) * 3;
  std::vector<uint8_t> rows;
  rows.reserve((row_bytes + 1) * image.height);
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row = image.pixels.data() + y * row_bytes;
    rows.push_back(1);
    for (size_t i = 0; i < row_bytes; ++i)
      rows.push_back(static_cast<uint8_t>(row[i] - (i < 3 ? 0 : row[i - 3])));
  }
  return rows;
}

}  // namespace

std::vector<uint8_t> encode_png(const RgbImage& image) {
  const std::vector<uint8_t> rows = filtered(image);
  std::vector<uint8_t> compressed(compressBound(rows.size()));
  uLongf size = compressed.size();
  if (compress2(compressed.data(), &size, rows.data(), rows.size(), Z_DEFAULT_COMPRESSION) != Z_OK)
    throw std::bad_alloc();
  compressed.resize(size);

  std::vector<uint8_t> header;
  put_u32(header, static_cast<uint32_t>(image.width));
  put_u32(header, static_cast<uint32_t>(image.height));
  header.insert(header.end(), {8, 2, 0, 0, 0});  // 8 bits, RGB, deflate, filters, not interlaced
  std::vector<uint8_t> png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", compressed);
  put_chunk(png, "IEND", {});
  return png;
}

}  // namespace tandem
