// Tensors as torch stores them: a window of a storage with a stride for each axis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/tensor.h"

namespace tandem {

/// Element (i, j, ...) stands at offset + i * strides[0] + j * strides[1] + ...,
/// all in elements of `storage`. As many strides as axes.
struct StridedTensor {
  DType dtype = DType::f32;
  std::span<const std::byte> storage;
  int64_t offset = 0;
  Shape shape;
  Shape strides;
};

/// bad_model, in a sentence that begins with `where`, unless every element lies
/// in the storage and no two share a place.
void check_strided(const StridedTensor& tensor, const std::string& where);

/// The bytes of a checked tensor that is contiguous and row major, else nothing.
std::optional<std::span<const std::byte>> contiguous_bytes(const StridedTensor& tensor);

/// A row-major copy of a checked tensor.
std::vector<std::byte> contiguous_copy(const StridedTensor& tensor);

}  // namespace tandem
