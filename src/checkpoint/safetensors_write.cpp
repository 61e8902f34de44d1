// Writing safetensors files, byte for byte as the reference implementation would.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>

#include "base/fail.h"
#include "base/files.h"
#include "checkpoint/extent.h"
#include "checkpoint/quote.h"
#include "checkpoint/safetensors.h"

namespace tandem {
namespace {

constexpr size_t kMaxHeaderBytes = 100'000'000;  // the reference's MAX_HEADER_SIZE

// The reference's enum Dtype lists types by growing alignment; files hold them
// in falling order.
int dtype_rank(DType dtype) {
  switch (dtype) {
    case DType::i64: return 0;
    case DType::f64: return 1;
    case DType::f32: return 2;
    case DType::i32: return 3;
    case DType::bf16: return 4;
    case DType::f16: return 5;
    case DType::i16: return 6;
    case DType::i8: return 7;
    case DType::u8: return 8;
    case DType::boolean: return 9;
  }
  return 10;
}

void check(const std::vector<NamedTensor>& tensors, const std::string& path) {
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : tensors) {
    const std::string where = path + ": the tensor " + quote_name(name);
    if (name == "__metadata__" || !names.insert(name).second)
      fail(ErrorKind::bad_input, "{} has a name that is {}; rename it", where,
           name == "__metadata__" ? "reserved" : "there twice");
    if (checked_bytes(tensor.dtype, tensor.shape, where) != tensor.bytes.size())
      fail(ErrorKind::bad_input, "{} has {} bytes, which do not fit {} of shape {}", where,
           tensor.bytes.size(), name_of(tensor.dtype), to_string(tensor.shape));
  }
}

std::string header_of(const std::vector<NamedTensor>& tensors, const SafetensorsMetadata& metadata,
                      const std::string& path) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t begin = 0;
  // Pushed without the search for an equal key that ordered_json's [] would do.
  auto& members = header.get_ref<nlohmann::ordered_json::object_t&>();
  for (const auto& [name, tensor] : tensors) {
    const uint64_t end = begin + tensor.bytes.size();
    nlohmann::ordered_json info;
    info["dtype"] = name_of(tensor.dtype);
    info["shape"] = tensor.shape;
    info["data_offsets"] = {begin, end};
    members.emplace_back(name, std::move(info));
    begin = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    fail(ErrorKind::bad_input, "{}: a name or the metadata is no UTF-8; rename it", path);
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMaxHeaderBytes)
    fail(ErrorKind::limit, "{}: the header takes {} bytes where the format allows {}; write shards",
         path, text.size(), kMaxHeaderBytes);
  return text;
}

}  // namespace

void write_safetensors(const std::string& path, std::vector<NamedTensor> tensors,
                       const SafetensorsMetadata& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const NamedTensor& a, const NamedTensor& b) {
    return std::tuple(dtype_rank(a.tensor.dtype), std::string_view(a.name)) <
           std::tuple(dtype_rank(b.tensor.dtype), std::string_view(b.name));
  });
  check(tensors, path);
  const std::string header = header_of(tensors, metadata, path);
  const uint64_t length = header.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const auto& [name, tensor] : tensors) file.write(tensor.bytes);
  file.commit();
}

}  // namespace tandem
