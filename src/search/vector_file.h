// The vector file: a library's embeddings of one space as one block that is mapped, not read. It is
// derived from the library and made again whenever it is missing, stale or damaged
// (docs/vector_file.md).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/mapped_file.h"

namespace tandem {

/// f32 keeps embeddings as they are; int8 keeps value / scale with a scale for each row, a quarter
/// of the bytes: cosines then are off by about 0.003.
enum class VectorFormat : uint32_t { f32 = 0, int8 = 1 };

/// What a file was made from. It serves where all of it is as wanted.
struct VectorSource {
  std::string origin;  ///< 32 hexadecimal digits: which library, which space
  int64_t generation = 0;
  bool operator==(const VectorSource&) const = default;
};

/// A mapped vector file. Rows stand by ascending id. Opening reads the ids and not the vectors.
class VectorFile {
 public:
  VectorFile() = default;
  /// Errors: io; bad_input for what is no whole vector file of this version.
  static VectorFile open(const std::string& path);

  int64_t rows() const { return static_cast<int64_t>(ids_.size()); }
  int width() const { return width_; }
  /// Numbers from one row to the next; those behind `width` are 0. Rows begin at multiples of 64
  /// bytes.
  int64_t stride() const { return stride_; }
  VectorFormat format() const { return format_; }
  const VectorSource& source() const { return source_; }
  const std::string& path() const { return file_.path(); }
  std::span<const int64_t> ids() const { return ids_; }
  /// The row of an id, or -1.
  int64_t row_of(int64_t id) const;

  const float* floats(int64_t row) const { return floats_ + row * stride_; }
  const int8_t* bytes(int64_t row) const { return bytes_ + row * stride_; }
  float scale(int64_t row) const { return scales_[row]; }  ///< int8 alone
  /// `width` floats, whatever the format.
  void copy_row(int64_t row, float* to) const;

 private:
  MappedFile file_;
  int width_ = 0;
  int64_t stride_ = 0;
  VectorFormat format_ = VectorFormat::f32;
  VectorSource source_;
  std::span<const int64_t> ids_;
  const float* scales_ = nullptr;
  const float* floats_ = nullptr;
  const int8_t* bytes_ = nullptr;
};

/// Gives every embedding, of `width` floats each, by ascending id, and returns their generation.
using EmbeddingSource =
    std::function<int64_t(const std::function<void(int64_t id, std::span<const float>)>&)>;

/// Writes a file beside `path` and renames it. Memory: 16 bytes a row. Errors: io; bad_input where
/// ids do not ascend or a width differs.
void write_vector_file(const std::string& path, VectorFormat format, const std::string& origin,
                       int width, const EmbeddingSource& each);

/// floats = scale * bytes, the nearest of -127 to 127; returns the scale. What is not finite
/// becomes 0.
float quantise(std::span<const float> floats, int8_t* bytes);

}  // namespace tandem
