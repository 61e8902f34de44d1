// Unpacking one deflated entry of a zip archive.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/fail.h"
#include "checkpoint/quote.h"
#include "checkpoint/zip.h"

namespace tandem {
namespace {

// A deflate stream grows by at most 1032 times (zlib.net, "Maximum Compression Factor").
constexpr uint64_t kMaxDeflateGrowth = 1032;

struct Inflater {
  z_stream stream{};
  bool is_open = inflateInit2(&stream, -MAX_WBITS) == Z_OK;  // negative: without zlib's header
  ~Inflater() {
    if (is_open) inflateEnd(&stream);
  }
};

// zlib counts in 32 bits; longer spans go in parts.
uInt part_of(size_t bytes) {
  return static_cast<uInt>(std::min<size_t>(bytes, std::numeric_limits<uInt>::max()));
}

}  // namespace

std::vector<std::byte> inflate_entry(const ZipEntry& entry, const std::string& name) {
  const auto fail_damaged = [&] {
    fail(ErrorKind::bad_model,
         "{}: the entry {} does not unpack to the {} bytes of its header; get it again", name,
         quote_name(entry.name), entry.size);
  };
  if (entry.size / kMaxDeflateGrowth > entry.packed.size()) fail_damaged();
  std::vector<std::byte> bytes(entry.size);
  Inflater inflater;
  if (!inflater.is_open) fail(ErrorKind::limit, "{}: no memory is left to unpack it", name);
  z_stream& stream = inflater.stream;
  size_t from = 0, to = 0;
  std::byte beyond{};  // a place for a byte more than there should be
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(entry.packed.data() + from));
    stream.avail_in = part_of(entry.packed.size() - from);
    stream.next_out = reinterpret_cast<Bytef*>(to < bytes.size() ? bytes.data() + to : &beyond);
    stream.avail_out = to < bytes.size() ? part_of(bytes.size() - to) : 1;
    const uInt in = stream.avail_in, out = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    from += in - stream.avail_in;
    to += out - stream.avail_out;
    if (to > bytes.size() || (in == stream.avail_in && out == stream.avail_out && status == Z_OK))
      fail_damaged();
  }
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  if (status != Z_STREAM_END || to != bytes.size() || from != entry.packed.size() ||
      crc32_z(crc32_z(0, nullptr, 0), data, bytes.size()) != entry.crc)
    fail_damaged();
  return bytes;
}

}  // namespace tandem
