#include "checkpoint/extent.h"

#include <algorithm>

#include "base/fail.h"

namespace tandem {

uint64_t checked_bytes(DType dtype, const Shape& shape, const std::string& where) {
  constexpr uint64_t kMaxBytes = uint64_t{1} << 62;
  constexpr size_t kMaxAxes = 64;  // numpy's NPY_MAXDIMS
  if (shape.size() > kMaxAxes)
    fail(ErrorKind::bad_model, "{} has {} axes where at most {} are read; the file is damaged",
         where, shape.size(), kMaxAxes);
  uint64_t bound = size_of(dtype);
  bool is_empty = false;
  for (const int64_t size : shape) {
    const auto at_least_one = static_cast<uint64_t>(std::max<int64_t>(size, 1));
    if (size < 0 || at_least_one > kMaxBytes / bound)
      fail(ErrorKind::bad_model,
           "{} has the shape {}, which no memory can hold; the file is damaged", where,
           to_string(shape));
    bound *= at_least_one;
    is_empty = is_empty || size == 0;
  }
  return is_empty ? 0 : bound;
}

}  // namespace tandem
