// Moving a tensor's elements about without changing one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/tensor.h"

namespace tandem {

/// [rows, columns] to [columns, rows], any type.
std::vector<std::byte> transposed_bytes(const TensorView& matrix);

/// The tensors' bytes one after another: their rows below each other.
std::vector<std::byte> concatenated_bytes(std::span<const TensorView* const> tensors);

}  // namespace tandem
