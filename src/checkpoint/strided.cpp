#include "checkpoint/strided.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/fail.h"
#include "checkpoint/extent.h"

namespace tandem {
namespace {

int64_t elements_of_storage(const StridedTensor& tensor) {
  return static_cast<int64_t>(tensor.storage.size() / size_of(tensor.dtype));
}

}  // namespace

void check_strided(const StridedTensor& tensor, const std::string& where) {
  const uint64_t bytes = checked_bytes(tensor.dtype, tensor.shape, where);
  const int64_t available = elements_of_storage(tensor);
  std::vector<std::pair<int64_t, int64_t>> axes;  // stride, size of those that move
  bool is_inside = tensor.offset >= 0 && tensor.offset <= available;
  for (size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    is_inside = is_inside && tensor.strides[axis] >= 0;
    if (tensor.shape[axis] > 1) axes.emplace_back(tensor.strides[axis], tensor.shape[axis]);
  }
  std::sort(axes.begin(), axes.end());
  int64_t span = 1;  // places from the first element to the last
  for (const auto& [stride, size] : axes) {
    if (!is_inside || bytes == 0) break;
    if (stride < span)
      fail(ErrorKind::bad_model,
           "{} has elements that share memory (shape {}, strides {}); save it with .contiguous()",
           where, to_string(tensor.shape), to_string(tensor.strides));
    is_inside = (available - span) / (size - 1) >= stride;
    if (is_inside) span += stride * (size - 1);
  }
  if (!is_inside || (bytes != 0 && span > available - tensor.offset))
    fail(ErrorKind::bad_model,
         "{} reaches outside of its storage of {} elements (offset {}, shape {}, strides {}); the "
         "file is damaged",
         where, available, tensor.offset, to_string(tensor.shape), to_string(tensor.strides));
}

std::optional<std::span<const std::byte>> contiguous_bytes(const StridedTensor& tensor) {
  const size_t element = size_of(tensor.dtype);
  const int64_t count = element_count(tensor.shape);
  int64_t expected = 1;
  for (size_t axis = tensor.shape.size(); count > 0 && axis-- > 0;) {
    if (tensor.shape[axis] == 1) continue;
    if (tensor.strides[axis] != expected) return std::nullopt;
    expected *= tensor.shape[axis];
  }
  return tensor.storage.subspan(static_cast<size_t>(tensor.offset) * element,
                                static_cast<size_t>(count) * element);
}

std::vector<std::byte> contiguous_copy(const StridedTensor& tensor) {
  const size_t element = size_of(tensor.dtype);
  const size_t axes = tensor.shape.size();
  const auto count = static_cast<size_t>(element_count(tensor.shape));
  std::vector<std::byte> copy(count * element);
  std::vector<int64_t> index(axes);
  Shape strides = tensor.strides;
  for (size_t axis = 0; axis < axes; ++axis)
    if (tensor.shape[axis] == 1) strides[axis] = 0;  // never moves, and may be any number
  int64_t from = tensor.offset;
  for (size_t to = 0; to < count; ++to) {
    std::memcpy(copy.data() + to * element,
                tensor.storage.data() + static_cast<size_t>(from) * element, element);
    // The next index in row-major order, and what it moves `from` by.
    for (size_t axis = axes; axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      from -= strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
  return copy;
}

}  // namespace tandem
