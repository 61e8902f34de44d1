#include "checkpoint/tensor_shapes.h"

#include <cstdint>
#include <cstring>

namespace tandem {
namespace {

template <size_t size>
void transpose(const std::byte* from, std::byte* to, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      std::memcpy(to + (j * rows + i) * static_cast<int64_t>(size),
                  from + (i * columns + j) * static_cast<int64_t>(size), size);
}

}  // namespace

std::vector<std::byte> transposed_bytes(const TensorView& matrix) {
  std::vector<std::byte> out(matrix.bytes.size());
  const int64_t rows = matrix.shape[0], columns = matrix.shape[1];
  switch (size_of(matrix.dtype)) {
    case 8: transpose<8>(matrix.bytes.data(), out.data(), rows, columns); break;
    case 4: transpose<4>(matrix.bytes.data(), out.data(), rows, columns); break;
    case 2: transpose<2>(matrix.bytes.data(), out.data(), rows, columns); break;
    default: transpose<1>(matrix.bytes.data(), out.data(), rows, columns); break;
  }
  return out;
}

std::vector<std::byte> concatenated_bytes(std::span<const TensorView* const> tensors) {
  std::vector<std::byte> out;
  for (const auto* tensor : tensors)
    out.insert(out.end(), tensor->bytes.begin(), tensor->bytes.end());
  return out;
}

}  // namespace tandem
