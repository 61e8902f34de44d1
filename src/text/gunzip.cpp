#include "text/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "base/fail.h"

namespace tandem {

bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1F\x8B"; }

std::string gunzip(std::string_view bytes, uint64_t max_bytes, const std::string& name) {
  if (bytes.size() > std::numeric_limits<uInt>::max())
    fail(ErrorKind::limit, "{}: is too long for a vocabulary; use the published file", name);
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK)
    fail(ErrorKind::io, "{}: zlib has no memory to inflate it; free some", name);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  constexpr size_t kStep = size_t{1} << 20;
  int result = Z_OK;
  while (result == Z_OK) {
    if (out.size() > max_bytes)
      fail(ErrorKind::limit, "{}: inflates to more than {} bytes; use the published file", name,
           max_bytes);
    const size_t before = out.size();
    out.resize(before + kStep);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(kStep);
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kStep - stream.avail_out);
  }
  if (result != Z_STREAM_END)
    fail(ErrorKind::bad_model, "{}: is damaged or cut short (zlib: {}); get the file again", name,
         stream.msg != nullptr ? stream.msg : "no end");
  return out;
}

}  // namespace tandem
