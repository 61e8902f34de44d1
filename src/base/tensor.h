// A tensor in somebody's memory: type, shape, bytes. Knows nothing of what it means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"

namespace tandem {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

size_t size_of(DType dtype);
/// "F32", "BF16", "BOOL"...: the spelling of safetensors.
const char* name_of(DType dtype);

using Shape = std::vector<int64_t>;

/// "[768, 3, 32, 32]".
std::string to_string(const Shape& shape);
/// The product; 1 for a scalar's empty shape. No overflow check: parsers make their own.
int64_t element_count(const Shape& shape);

/// Contiguous, row major, little endian; borrowed. The bytes may be unaligned.
struct TensorView {
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;

  int64_t elements() const { return element_count(shape); }
  /// Rows [begin, begin + count) of the first axis.
  TensorView rows(int64_t begin, int64_t count) const;
};

/// Copies to float or double, exactly where the type allows (any dtype).
std::vector<float> to_float(const TensorView& tensor);
std::vector<double> to_double(const TensorView& tensor);
/// Integer tensors (i64, i32, i16, i8, u8, boolean) only; bad_model otherwise.
std::vector<int64_t> to_int64(const TensorView& tensor);

/// Named tensors and the memory that they stand in; move only.
struct TensorStore {
  std::map<std::string, TensorView, std::less<>> tensors;
  std::vector<MappedFile> files;
  std::deque<std::vector<std::byte>> buffers;

  /// The tensor of this name, or null.
  const TensorView* find(std::string_view name) const;
  /// Adds a tensor that the store owns. The name must be new.
  TensorView& add(const std::string& name, DType dtype, Shape shape, std::vector<std::byte> bytes);
  TensorView& add(const std::string& name, Shape shape, std::span<const float> values);
  /// Takes all memory and tensors of another store; names must not collide.
  void absorb(TensorStore&& other);
};

}  // namespace tandem
