#include "checkpoint/safetensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/extent.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the reference's MAX_HEADER_SIZE
constexpr size_t kLengthBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

std::optional<DType> dtype_of(std::string_view name) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32,
                            DType::i16, DType::i8, DType::u8, DType::boolean})
    if (name == name_of(dtype)) return dtype;
  return std::nullopt;
}

std::string_view header_text(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() < kLengthBytes)
    fail(ErrorKind::bad_model, "{}: {} bytes are too few for a safetensors file; get it again",
         name, bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes)
    fail(ErrorKind::limit,
         "{}: asks for a header of {} bytes where the safetensors format allows {}; it is no "
         "safetensors file or damaged",
         name, length, kMaxHeaderBytes);
  if (length > bytes.size() - kLengthBytes)
    fail(ErrorKind::bad_model, "{}: ends inside its header of {} bytes; get the whole file", name,
         length);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  if (!text.starts_with('{'))
    fail(ErrorKind::bad_model,
         "{}: the header does not begin with a brace; it is no safetensors file or damaged", name);
  return text;
}

// A whole number from 0 to 2^63 - 1, the only numbers that a header may hold.
int64_t whole_number(const Json& value, const std::string& where) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > uint64_t{INT64_MAX})
    fail(ErrorKind::bad_model, "{} has {} where a whole number is expected; the file is damaged",
         where, value.is_number() ? to_line(value) : value.type_name());
  return value.get<int64_t>();
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  const auto at = object.find(key);
  if (at == object.end())
    fail(ErrorKind::bad_model, "{} has no \"{}\"; the file is damaged", where, key);
  return *at;
}

SafetensorsMetadata parse_metadata(const Json& object, const std::string& name) {
  SafetensorsMetadata metadata;
  if (!object.is_object())
    fail(ErrorKind::bad_model, "{}: __metadata__ is no object; write the file again", name);
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string())
      fail(ErrorKind::bad_model,
           "{}: __metadata__ must map strings to strings; write the file again", name);
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

// One tensor of the header; the offsets count from the end of the header.
struct Entry {
  std::string name;
  TensorView view;
  uint64_t begin = 0;
  uint64_t end = 0;
};

Entry parse_entry(const std::string& tensor, const Json& info, const std::string& file) {
  const std::string where = fmt::format("{}: the tensor {}", file, quote_name(tensor));
  if (!info.is_object())
    fail(ErrorKind::bad_model, "{} is not described by an object; the file is damaged", where);
  const Json& dtype_name = member(info, "dtype", where);
  if (!dtype_name.is_string())
    fail(ErrorKind::bad_model, "{} has a dtype that is no string; the file is damaged", where);
  const auto dtype = dtype_of(dtype_name.get_ref<const std::string&>());
  if (!dtype)
    fail(ErrorKind::unsupported,
         "{} has the dtype {}, which Tandem does not read; convert it to F32, F16 or BF16", where,
         quote_name(dtype_name.get_ref<const std::string&>()));

  Entry entry{tensor, {*dtype, {}, {}}};
  const Json& shape = member(info, "shape", where);
  const Json& offsets = member(info, "data_offsets", where);
  if (!shape.is_array() || !offsets.is_array() || offsets.size() != 2)
    fail(ErrorKind::bad_model, "{} needs a shape and two data_offsets; the file is damaged", where);
  for (const Json& size : shape) entry.view.shape.push_back(whole_number(size, where));
  entry.begin = static_cast<uint64_t>(whole_number(offsets[0], where));
  entry.end = static_cast<uint64_t>(whole_number(offsets[1], where));

  const uint64_t expected = checked_bytes(*dtype, entry.view.shape, where);
  if (entry.end < entry.begin || entry.end - entry.begin != expected)
    fail(ErrorKind::bad_model,
         "{} takes {} bytes by its shape {} and dtype {}, but its offsets are {} to {}; the file "
         "is damaged",
         where, expected, to_string(entry.view.shape), name_of(*dtype), entry.begin, entry.end);
  return entry;
}

// The format's rule: sorted by offsets, tensors tile the data from first to last byte.
void place(std::vector<Entry>& entries, std::span<const std::byte> data, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t expected = 0;
  for (Entry& entry : entries) {
    if (entry.begin != expected)
      fail(ErrorKind::bad_model,
           "{}: the tensor {} begins at byte {} of the data where {} is expected, so tensors "
           "{}; the file is damaged",
           file, quote_name(entry.name), entry.begin, expected,
           entry.begin < expected ? "overlap" : "leave a hole");
    if (entry.end > data.size())
      fail(ErrorKind::bad_model,
           "{}: the tensor {} ends at byte {} of {} bytes of data; get the whole file", file,
           quote_name(entry.name), entry.end, data.size());
    entry.view.bytes = data.subspan(entry.begin, entry.end - entry.begin);
    expected = entry.end;
  }
  if (expected != data.size())
    fail(ErrorKind::bad_model,
         "{}: has {} bytes behind its last tensor; it is damaged or two files in one", file,
         data.size() - expected);
}

}  // namespace

SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, const std::string& name) {
  const std::string_view text = header_text(bytes, name);
  const Json header = parse_json(text, name + " (its header)");
  SafetensorsContent content;
  std::vector<Entry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == kMetadataKey)
      content.metadata = parse_metadata(value, name);
    else
      entries.push_back(parse_entry(key, value, name));
  }
  place(entries, bytes.subspan(kLengthBytes + text.size()), name);
  for (Entry& entry : entries) content.tensors.emplace(entry.name, std::move(entry.view));
  return content;
}

TensorStore read_safetensors(const std::string& path) {
  TensorStore store;
  const MappedFile& file = store.files.emplace_back(path);
  store.tensors = parse_safetensors(file.bytes(), path).tensors;
  return store;
}

SafetensorsMetadata read_safetensors_metadata(const std::string& path) {
  return parse_safetensors(MappedFile(path).bytes(), path).metadata;
}

}  // namespace tandem
