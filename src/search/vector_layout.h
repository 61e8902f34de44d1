// Where things stand in a vector file. For its two .cpp files; docs/vector_file.md says it in
// words.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "search/vector_file.h"

namespace tandem {

static_assert(std::endian::native == std::endian::little, "vector files are little-endian");

inline constexpr char kVectorMagic[8] = {'T', 'D', 'M', 'V', 'E', 'C', '1', '\n'};
inline constexpr size_t kVectorsBegin = 4096;  ///< a page, so that rows are aligned
inline constexpr uint64_t kMostRows = uint64_t{1} << 40;
inline constexpr uint64_t kMostWidth = 1 << 16;

/// The last bytes of the file: it is written from front to back, and what is cut off has none.
struct VectorFooter {
  uint64_t tail_check = 0;  ///< of everything between the vectors and the footer
  uint64_t rows = 0;
  uint32_t width = 0;
  uint32_t format = 0;
  int64_t generation = 0;
  char origin[32] = {};
  char magic[8] = {};
  uint64_t check = 0;  ///< of the footer, this field being 0
};
static_assert(sizeof(VectorFooter) == 80);

uint64_t check_of(std::span<const std::byte> bytes);
uint64_t check_of(VectorFooter footer);

class VectorLayout {
 public:
  VectorLayout(VectorFormat format, uint64_t rows, uint64_t width)
      : rows_(rows), width_(width), number_(format == VectorFormat::f32 ? 4 : 1) {}

  bool valid() const { return width_ >= 1 && width_ <= kMostWidth && rows_ <= kMostRows; }
  /// Numbers from row to row: whole lines of 64 bytes.
  uint64_t stride() const { return (width_ * number_ + 63) / 64 * 64 / number_; }
  size_t ids() const { return kVectorsBegin + rows_ * stride() * number_; }
  size_t scales() const { return ids() + rows_ * sizeof(int64_t); }
  size_t footer() const {  // a multiple of 8, as mapped 64-bit numbers want
    return scales() + (number_ == 1 ? (rows_ + 1) / 2 * 8 : 0);
  }
  size_t size() const { return footer() + sizeof(VectorFooter); }

 private:
  uint64_t rows_, width_, number_;
};

}  // namespace tandem
