#include "kernels/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/half.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace tandem::cpu {
namespace {

template <class Stored, class Convert>
void convert_as(const TensorView& tensor, int64_t begin, int64_t count, float* to, Convert one) {
  const std::byte* from = tensor.bytes.data() + begin * static_cast<int64_t>(sizeof(Stored));
  for (int64_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, from + i * static_cast<int64_t>(sizeof stored), sizeof stored);
    to[i] = one(stored);
  }
}

}  // namespace

PackedMatrix::PackedMatrix(int64_t columns, int64_t terms)
    : columns_(columns), terms_(terms), memory_(panels() * kPanel * terms) {}

int64_t PackedMatrix::panels() const { return (columns_ + kPanel - 1) / kPanel; }

int64_t PackedMatrix::offset(int64_t begin, int64_t panel) const {
  const int64_t terms = std::min(kBlock, terms_ - begin);
  return (begin * panels() + panel * terms) * kPanel;
}

const float* PackedMatrix::block(int64_t begin, int64_t panel) const {
  return memory_.data() + offset(begin, panel);
}

void PackedMatrix::put_panel(int64_t panel, const float* rows) {
  for (int64_t begin = 0; begin < terms_; begin += kBlock) {
    float* to = memory_.data() + offset(begin, panel);
    const int64_t end = std::min(begin + kBlock, terms_);
    for (int64_t term = begin; term < end; ++term, to += kPanel)
      for (int64_t i = 0; i < kPanel; ++i) to[i] = rows[i * terms_ + term];
  }
}

void convert(const TensorView& tensor, int64_t begin, int64_t count, float* to) {
  switch (tensor.dtype) {
    case DType::f32:
      std::memcpy(to, tensor.bytes.data() + begin * 4, static_cast<size_t>(count) * 4);
      return;
    case DType::f16: return convert_as<uint16_t>(tensor, begin, count, to, float_from_f16);
    case DType::bf16: return convert_as<uint16_t>(tensor, begin, count, to, float_from_bf16);
    default:
      return convert_as<double>(tensor, begin, count, to,
                                [](double value) { return static_cast<float>(value); });
  }
}

PackedMatrix pack(int64_t columns, int64_t terms,
                  const std::function<void(int64_t column, float* to)>& weights) {
  PackedMatrix packed(columns, terms);
  parallel_for(packed.panels(), [&](int64_t panel) {
    std::vector<float> rows(static_cast<size_t>(kPanel * terms));
    const int64_t begin = panel * kPanel, end = std::min(begin + kPanel, columns);
    for (int64_t column = begin; column < end; ++column)
      weights(column, rows.data() + (column - begin) * terms);
    packed.put_panel(panel, rows.data());
  });
  return packed;
}

PackedMatrix pack(const TensorView& tensor, bool transposed) {
  const int64_t first = tensor.shape[0], second = tensor.elements() / std::max<int64_t>(first, 1);
  if (!transposed)
    return pack(first, second,
                [&](int64_t column, float* to) { convert(tensor, column * second, second, to); });
  return pack(second, first, [&](int64_t column, float* to) {
    for (int64_t term = 0; term < first; ++term)
      convert(tensor, term * second + column, 1, to + term);
  });
}

}  // namespace tandem::cpu
