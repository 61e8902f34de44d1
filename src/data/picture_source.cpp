#include "data/picture_source.h"

#include <limits.h>

#include <filesystem>
#include <span>

#include "base/fail.h"
#include "base/files.h"
#include "data/base64.h"
#include "data/printable.h"

namespace tandem {
namespace {

constexpr uint64_t kMaxPictureBytes = 1 << 30;
// The smallest pictures have a few dozen bytes; shorter words are paths that lead nowhere.
constexpr size_t kLeastBase64 = 40;

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<std::byte> read_picture(const std::string& value, const std::string& folder,
                                    const std::string& key) {
  if (value.starts_with("data:")) {
    constexpr std::string_view kMark = ";base64,";
    const size_t mark = value.find(kMark);
    if (mark != std::string::npos)
      if (auto bytes = decode_base64(std::string_view(value).substr(mark + kMark.size())))
        return std::move(*bytes);
    fail(ErrorKind::bad_input, "{}: its picture is a data address without whole base64; mend it",
         key);
  }
  if (value.size() < PATH_MAX) {
    const std::filesystem::path path = std::filesystem::path(folder) / value;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
      return bytes_of(read_file(path.string(), kMaxPictureBytes));
  }
  if (value.find("://") != std::string::npos)
    fail(
        ErrorKind::unsupported,
        "{}: its picture is the address {}, and Tandem downloads nothing; fetch the pictures first",
        key, printable(value));
  if (value.size() >= kLeastBase64)
    if (auto bytes = decode_base64(value)) return std::move(*bytes);
  fail(ErrorKind::bad_input,
       "{}: there is no picture \"{}\" in {}; mend the path or leave the sample out", key,
       printable(value), folder.empty() ? "this folder" : folder);
}

}  // namespace tandem
