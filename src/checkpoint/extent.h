// How many bytes a tensor of a foreign shape takes, without wrapping around.
#pragma once

#include <cstdint>
#include <string>

#include "base/tensor.h"

namespace tandem {

/// Bytes of a contiguous tensor. bad_model, in a sentence that begins with
/// `where` (file and tensor), for a negative size, more than 64 axes, or more
/// than 2^62 bytes; axes of size zero count as one in that check, so that no
/// partial product wraps around later.
uint64_t checked_bytes(DType dtype, const Shape& shape, const std::string& where);

}  // namespace tandem
