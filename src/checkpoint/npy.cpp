#include "checkpoint/npy.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "base/fail.h"
#include "base/files.h"
#include "checkpoint/extent.h"
#include "checkpoint/field_reader.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 65536;
constexpr size_t kAlignment = 64;     // numpy's ARRAY_ALIGN
constexpr size_t kGrowthDigits = 21;  // numpy's GROWTH_AXIS_MAX_DIGITS

const char* descr_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return "<f8";
    case DType::f32: return "<f4";
    case DType::f16: return "<f2";
    case DType::bf16: return nullptr;
    case DType::i64: return "<i8";
    case DType::i32: return "<i4";
    case DType::i16: return "<i2";
    case DType::i8: return "|i1";
    case DType::u8: return "|u1";
    case DType::boolean: return "|b1";
  }
  return nullptr;
}

std::optional<DType> dtype_of(std::string_view descr) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::i64, DType::i32, DType::i16,
                            DType::i8, DType::u8, DType::boolean}) {
    const std::string_view known = descr_of(dtype);
    // The byte order of a type of one byte says nothing.
    if (descr == known || (known[0] == '|' && descr.ends_with(known.substr(1)) &&
                           descr.size() == known.size() && descr[0] != '>'))
      return dtype;
  }
  return std::nullopt;
}

// The header's dict literal, of which only what numpy writes is understood.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  struct Header {
    std::optional<std::string> descr;
    std::optional<bool> is_fortran;
    std::optional<Shape> shape;
  };

  Header parse() {
    Header header;
    expect('{');
    while (!accept('}')) {
      const std::string key = parse_string();
      expect(':');
      if (key == "descr" && !header.descr)
        header.descr = parse_descr();
      else if (key == "fortran_order" && !header.is_fortran)
        header.is_fortran = parse_bool();
      else if (key == "shape" && !header.shape)
        header.shape = parse_shape();
      else
        damaged();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!text_.empty() || !header.descr || !header.is_fortran || !header.shape) damaged();
    return header;
  }

 private:
  [[noreturn]] void damaged() const {
    fail(ErrorKind::bad_input,
         "{}: the header of this .npy is not what numpy writes; save the array again with "
         "numpy.save",
         name_);
  }

  void skip_space() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool accept(char wanted) {
    skip_space();
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) damaged();
  }

  std::string parse_string() {
    skip_space();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) damaged();
    const size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) damaged();
    const std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }

  std::string parse_descr() {
    skip_space();
    if (text_.starts_with('['))
      fail(ErrorKind::unsupported,
           "{}: holds an array of records, which Tandem does not read; save one field of it",
           name_);
    return parse_string();
  }

  bool parse_bool() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    damaged();
  }

  Shape parse_shape() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      int64_t size = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (error != std::errc()) damaged();
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      accept('L');  // Python 2's long
      shape.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  std::string name_;
};

std::string_view take_header(FieldReader& in, const std::string& name) {
  if (in.left() < kMagic.size() + 2 || in.text(kMagic.size()) != kMagic)
    fail(ErrorKind::bad_input, "{}: is no .npy of numpy; save the array with numpy.save", name);
  const auto version = in.number<uint8_t>();
  in.take(1);  // minor version
  if (version < 1 || version > 3)
    fail(ErrorKind::unsupported,
         "{}: is a .npy of version {} where 1 to 3 are read; save it again with numpy.save", name,
         version);
  const uint64_t length = version == 1 ? in.number<uint16_t>() : in.number<uint32_t>();
  if (length > kMaxHeader)
    fail(ErrorKind::limit, "{}: has a header of {} bytes where at most {} are read", name, length,
         kMaxHeader);
  return in.text(length);
}

}  // namespace

TensorView parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  FieldReader in(bytes, name);
  const auto header = HeaderParser(take_header(in, name), name).parse();
  const auto dtype = dtype_of(*header.descr);
  if (!dtype)
    fail(ErrorKind::unsupported,
         "{}: holds numbers of type {}, which Tandem does not read; convert them to float32 "
         "('<f4') first",
         name, quote_name(*header.descr));
  if (*header.is_fortran && header.shape->size() > 1)
    fail(ErrorKind::unsupported,
         "{}: holds an array in Fortran order; save numpy.ascontiguousarray of it", name);
  const uint64_t expected = checked_bytes(*dtype, *header.shape, name + ": the array");
  if (expected != in.left())
    fail(ErrorKind::bad_input,
         "{}: has {} bytes of elements where {} of shape {} take {}; get the whole file", name,
         in.left(), name_of(*dtype), to_string(*header.shape), expected);
  return {*dtype, *header.shape, in.rest()};
}

NpyFile read_npy(const std::string& path) {
  NpyFile npy{MappedFile(path), {}};
  npy.array = parse_npy(npy.file.bytes(), path);
  return npy;
}

std::string npy_header(DType dtype, const Shape& shape) {
  const char* descr = descr_of(dtype);
  if (descr == nullptr)
    fail(ErrorKind::bad_input, "numpy has no type for {}; convert to F32 first", name_of(dtype));
  std::string sizes;
  for (const int64_t size : shape) sizes += fmt::format("{}, ", size);
  if (shape.size() == 1) sizes.pop_back();               // "(3,)"
  if (shape.size() > 1) sizes.resize(sizes.size() - 2);  // "(3, 4)"
  std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, sizes);
  // Room for the first size to grow to 21 digits, as numpy leaves it.
  if (!shape.empty()) dict.append(kGrowthDigits - std::to_string(shape[0]).size(), ' ');
  const size_t before = kMagic.size() + 4;  // version and length
  const size_t total = (before + dict.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  dict.resize(total - before - 1, ' ');
  const auto length = static_cast<uint16_t>(dict.size() + 1);
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return header + dict + "\n";
}

void write_npy(const std::string& path, const TensorView& array) {
  if (checked_bytes(array.dtype, array.shape, path + ": the array") != array.bytes.size())
    fail(ErrorKind::bad_input, "{}: {} bytes do not fit {} of shape {}", path, array.bytes.size(),
         name_of(array.dtype), to_string(array.shape));
  const std::string header = npy_header(array.dtype, array.shape);
  AtomicFile file(path);
  file.write(header);
  file.write(array.bytes);
  file.commit();
}

void write_npy(const std::string& path, const Shape& shape, std::span<const float> values) {
  write_npy(path, TensorView{DType::f32, shape, std::as_bytes(values)});
}

}  // namespace tandem
