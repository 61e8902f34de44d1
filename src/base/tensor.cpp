#include "base/tensor.h"

#include <fmt/core.h>

#include <cstring>
#include <iterator>

#include "base/fail.h"
#include "base/half.h"

namespace tandem {
namespace {

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Calls each(i, element as the widest exact C++ type) for every element.
template <class Each>
void visit_elements(const TensorView& tensor, Each each) {
  const std::byte* at = tensor.bytes.data();
  const int64_t n = tensor.elements();
  const auto all = [&]<class T>(T, auto convert) {
    for (int64_t i = 0; i < n; ++i) each(i, convert(load<T>(at + i * sizeof(T))));
  };
  const auto same = [](auto value) { return value; };
  switch (tensor.dtype) {
    case DType::f64: return all(double{}, same);
    case DType::f32: return all(float{}, same);
    case DType::f16: return all(uint16_t{}, float_from_f16);
    case DType::bf16: return all(uint16_t{}, float_from_bf16);
    case DType::i64: return all(int64_t{}, same);
    case DType::i32: return all(int32_t{}, same);
    case DType::i16: return all(int16_t{}, same);
    case DType::i8: return all(int8_t{}, same);
    case DType::u8: return all(uint8_t{}, same);
    case DType::boolean: return all(uint8_t{}, [](uint8_t value) { return uint8_t{value != 0}; });
  }
}

template <class T>
std::vector<T> convert_to(const TensorView& tensor) {
  std::vector<T> values(static_cast<size_t>(tensor.elements()));
  visit_elements(tensor, [&](int64_t i, auto value) { values[i] = static_cast<T>(value); });
  return values;
}

}  // namespace

size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
    case DType::i64: return 8;
    case DType::f32:
    case DType::i32: return 4;
    case DType::f16:
    case DType::bf16:
    case DType::i16: return 2;
    case DType::i8:
    case DType::u8:
    case DType::boolean: return 1;
  }
  return 0;
}

const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return "F64";
    case DType::f32: return "F32";
    case DType::f16: return "F16";
    case DType::bf16: return "BF16";
    case DType::i64: return "I64";
    case DType::i32: return "I32";
    case DType::i16: return "I16";
    case DType::i8: return "I8";
    case DType::u8: return "U8";
    case DType::boolean: return "BOOL";
  }
  return "";
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

TensorView TensorView::rows(int64_t begin, int64_t count) const {
  TensorView part = *this;
  const size_t row_bytes = shape[0] == 0 ? 0 : bytes.size() / static_cast<size_t>(shape[0]);
  part.shape[0] = count;
  part.bytes =
      bytes.subspan(static_cast<size_t>(begin) * row_bytes, static_cast<size_t>(count) * row_bytes);
  return part;
}

std::vector<float> to_float(const TensorView& tensor) { return convert_to<float>(tensor); }

std::vector<double> to_double(const TensorView& tensor) { return convert_to<double>(tensor); }

std::vector<int64_t> to_int64(const TensorView& tensor) {
  switch (tensor.dtype) {
    case DType::f64:
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      fail(ErrorKind::bad_model, "a tensor of {} stands where whole numbers are expected",
           name_of(tensor.dtype));
    default: return convert_to<int64_t>(tensor);
  }
}

const TensorView* TensorStore::find(std::string_view name) const {
  const auto at = tensors.find(name);
  return at == tensors.end() ? nullptr : &at->second;
}

TensorView& TensorStore::add(const std::string& name, DType dtype, Shape shape,
                             std::vector<std::byte> bytes) {
  const auto& owned = buffers.emplace_back(std::move(bytes));
  const auto [at, is_new] = tensors.try_emplace(name, TensorView{dtype, std::move(shape), owned});
  if (!is_new) fail(ErrorKind::bad_model, "the tensor \"{}\" is there twice", name);
  return at->second;
}

TensorView& TensorStore::add(const std::string& name, Shape shape, std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return add(name, DType::f32, std::move(shape), {bytes.begin(), bytes.end()});
}

void TensorStore::absorb(TensorStore&& other) {
  for (auto& [name, view] : other.tensors)
    if (!tensors.try_emplace(name, view).second)
      fail(ErrorKind::bad_model, "the tensor \"{}\" is there twice", name);
  std::move(other.files.begin(), other.files.end(), std::back_inserter(files));
  // Moving a vector keeps its elements in place, so views stay valid.
  std::move(other.buffers.begin(), other.buffers.end(), std::back_inserter(buffers));
}

}  // namespace tandem
