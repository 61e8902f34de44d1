#include "search/vector_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/fail.h"
#include "search/vector_layout.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

VectorFooter footer_of(Bytes bytes, const std::string& path) {
  VectorFooter footer;
  if (bytes.size() < kVectorsBegin + sizeof footer)
    fail(ErrorKind::bad_input, "{}: too short for a vector file; delete it, it is made again",
         path);
  std::memcpy(&footer, bytes.data() + bytes.size() - sizeof footer, sizeof footer);
  const auto begin = bytes.first(sizeof kVectorMagic);
  if (std::memcmp(begin.data(), kVectorMagic, sizeof kVectorMagic) != 0 ||
      std::memcmp(footer.magic, kVectorMagic, sizeof kVectorMagic) != 0 ||
      footer.check != check_of(footer))
    fail(ErrorKind::bad_input,
         "{}: no vector file, or cut off or damaged; delete it, it is made again", path);
  return footer;
}

}  // namespace

VectorFile VectorFile::open(const std::string& path) {
  VectorFile opened;
  opened.file_ = MappedFile(path);
  const Bytes bytes = opened.file_.bytes();
  const VectorFooter footer = footer_of(bytes, path);
  const auto format = static_cast<VectorFormat>(footer.format);
  const VectorLayout layout(format, footer.rows, footer.width);
  if (footer.format > 1 || !layout.valid() || layout.size() != bytes.size())
    fail(ErrorKind::bad_input,
         "{}: its size is not what it says of itself; delete it, it is made again", path);
  const Bytes tail = bytes.subspan(layout.ids(), layout.footer() - layout.ids());
  if (footer.tail_check != check_of(tail))
    fail(ErrorKind::bad_input, "{}: its ids are damaged; delete it, it is made again", path);

  const std::byte* begin = bytes.data();
  opened.width_ = static_cast<int>(footer.width);
  opened.stride_ = static_cast<int64_t>(layout.stride());
  opened.format_ = format;
  opened.source_ = {.origin = std::string(footer.origin, sizeof footer.origin),
                    .generation = footer.generation};
  opened.ids_ = {reinterpret_cast<const int64_t*>(begin + layout.ids()), footer.rows};
  if (format == VectorFormat::int8) {
    opened.bytes_ = reinterpret_cast<const int8_t*>(begin + kVectorsBegin);
    opened.scales_ = reinterpret_cast<const float*>(begin + layout.scales());
  } else {
    opened.floats_ = reinterpret_cast<const float*>(begin + kVectorsBegin);
  }
  return opened;
}

int64_t VectorFile::row_of(int64_t id) const {
  const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
  return found == ids_.end() || *found != id ? -1 : found - ids_.begin();
}

void VectorFile::copy_row(int64_t row, float* to) const {
  if (format_ == VectorFormat::f32) {
    std::copy_n(floats(row), width_, to);
    return;
  }
  for (int i = 0; i < width_; ++i) to[i] = scale(row) * static_cast<float>(bytes(row)[i]);
}

float quantise(std::span<const float> floats, int8_t* bytes) {
  float largest = 0;
  for (const float value : floats)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  const float scale = largest / 127;
  const float factor = largest > std::numeric_limits<float>::min() * 127 ? 127 / largest : 0;
  for (size_t i = 0; i < floats.size(); ++i)
    bytes[i] =
        std::isfinite(floats[i])
            ? static_cast<int8_t>(std::clamp(std::nearbyint(floats[i] * factor), -127.0f, 127.0f))
            : int8_t{0};
  return scale;
}

}  // namespace tandem
