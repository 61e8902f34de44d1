#include "describe/image_address.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// As browsers do (URL standard, "basic URL parser"): no blanks around it, no line ends within, "\"
/// is "/".
std::string cleaned(const std::string& address) {
  const auto blank = [](unsigned char c) { return c <= ' '; };
  const auto begin = std::find_if_not(address.begin(), address.end(), blank);
  const auto end = std::find_if_not(address.rbegin(), address.rend(), blank).base();
  std::string result;
  for (auto at = begin; at < end; ++at)
    if (*at != '\t' && *at != '\n' && *at != '\r') result += *at;
  if (result.starts_with("data:")) return result;
  const auto path_end = result.begin() + static_cast<std::ptrdiff_t>(
                                             std::min(result.find_first_of("?#"), result.size()));
  std::replace(result.begin(), path_end, '\\', '/');
  return result;
}

/// "https" of "https://..."; empty where there is none.
std::string scheme_of(const std::string& address) {
  const size_t colon = address.find(':');
  if (colon == std::string::npos || colon == 0 ||
      !std::isalpha(static_cast<unsigned char>(address[0])))
    return {};
  std::string scheme = address.substr(0, colon);
  for (char& c : scheme) {
    const auto byte = static_cast<unsigned char>(c);
    if (!std::isalnum(byte) && c != '+' && c != '-' && c != '.') return {};
    c = static_cast<char>(std::tolower(byte));
  }
  return scheme;
}

FoundImage elsewhere(const std::string& why) { return {"", why, true}; }
FoundImage not_read(const std::string& why) { return {"", why, false}; }

/// Why it is not beside the page at all; path and why_not empty where it may be.
FoundImage judge_place(const std::string& address) {
  const std::string scheme = scheme_of(address);
  if (scheme == "data") return elsewhere("is inside the page (data:)");
  if (scheme == "http" || scheme == "https" || address.starts_with("//"))
    return elsewhere("is on the network and was not fetched");
  if (!scheme.empty()) return not_read("has the scheme " + scheme + ":, which is not followed");
  return {};
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool form =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    result += form ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (form) i += 2;
  }
  return result;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto parted = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return parted.first == folder.end();
}

FoundImage find_file(const fs::path& path, const fs::path& limit) {
  static const std::string kOutside =
      "lies outside the page's folder and was not read; --root DIR widens it";
  std::error_code error;
  if (!lies_in(path.lexically_normal(), limit)) return not_read(kOutside);
  const fs::path real = fs::canonical(path, error);
  if (error) return not_read("is not there");
  if (!lies_in(real, limit)) return not_read(kOutside);
  if (!fs::is_regular_file(real, error)) return not_read("is no plain file");
  return {real.string(), "", false};
}

/// The address as seen from the page's folder, with the folder that <base> adds.
std::string on_base(const std::string& address, const std::string& base) {
  if (base.empty() || address.starts_with('/')) return address;
  const std::string path = base.substr(0, base.find_first_of("?#"));
  return path.substr(0, path.rfind('/') + 1) + address;
}

}  // namespace

FoundImage find_image(const std::string& written, const PageFolder& folder) {
  std::string address = cleaned(written);
  FoundImage place = judge_place(address);
  if (!place.why_not.empty()) return place;
  if (address.empty() || address[0] == '#' || address[0] == '?') return not_read("names no file");
  const std::string base = cleaned(folder.base);
  if (!address.starts_with('/'))
    if (place = judge_place(base); !place.why_not.empty()) return place;
  address = on_base(address, base);
  const std::string path = percent_decoded(address.substr(0, address.find_first_of("?#")));
  if (path.find('\0') != std::string::npos) return not_read("has a zero byte in its name");
  std::error_code error;
  fs::path page_folder = fs::path(folder.page).parent_path();
  page_folder = fs::canonical(page_folder.empty() ? "." : page_folder, error);
  if (error) return not_read("cannot be found, as the page's folder cannot be read");
  const fs::path limit = folder.root.empty() ? page_folder : fs::canonical(folder.root, error);
  if (error) return not_read("cannot be found, as --root is no folder");
  if (!path.starts_with('/')) return find_file(page_folder / path, limit);
  if (folder.root.empty())
    return not_read("begins with \"/\"; say with --root DIR which folder that is");
  return find_file(limit / path.substr(path.find_first_not_of('/') == std::string::npos
                                           ? path.size()
                                           : path.find_first_not_of('/')),
                   limit);
}

}  // namespace tandem
