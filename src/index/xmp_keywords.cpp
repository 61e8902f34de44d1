// Keywords of photographs, from their XMP packet by libexempi.
#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>

#include "index/picture_facts.h"

namespace tandem {
namespace {

constexpr std::string_view kBegin = "<x:xmpmeta";
constexpr std::string_view kEnd = "</x:xmpmeta>";
// Real packets are some kilobytes; a keyword is a word.
constexpr size_t kMaxPacket = size_t{4} << 20;
constexpr int kMaxKeywords = 1000;
constexpr size_t kMaxKeyword = 1000;

struct Deleter {
  void operator()(XmpPtr xmp) const { xmp_free(xmp); }
  void operator()(XmpStringPtr text) const { xmp_string_free(text); }
};

/// The packet as the XMP specification's part 3 finds it in any file: by its text.
std::string_view packet_in(std::string_view file) {
  const size_t begin = file.find(kBegin);
  if (begin == std::string_view::npos) return {};
  const size_t end = file.substr(begin, kMaxPacket).find(kEnd);
  return end == std::string_view::npos ? std::string_view() : file.substr(begin, end + kEnd.size());
}

}  // namespace

std::vector<std::string> xmp_keywords(std::span<const std::byte> file) {
  const std::string_view packet =
      packet_in({reinterpret_cast<const char*>(file.data()), file.size()});
  if (packet.empty() || packet.find("dc:subject") == std::string_view::npos) return {};
  static std::mutex mutex;  // the toolkit has state of its own
  const std::lock_guard lock(mutex);
  static const bool ready = xmp_init();
  if (!ready) return {};
  const std::unique_ptr<_Xmp, Deleter> xmp(xmp_new_empty());
  const std::unique_ptr<_XmpString, Deleter> text(xmp_string_new());
  std::vector<std::string> keywords;
  if (!xmp || !text || !xmp_parse(xmp.get(), packet.data(), packet.size())) return keywords;
  for (int i = 1; i <= kMaxKeywords; ++i) {
    if (!xmp_get_array_item(xmp.get(), NS_DC, "subject", i, text.get(), nullptr)) break;
    std::string keyword = xmp_string_cstr(text.get());
    if (!keyword.empty() && keyword.size() <= kMaxKeyword) keywords.push_back(std::move(keyword));
  }
  std::sort(keywords.begin(), keywords.end());
  keywords.erase(std::unique(keywords.begin(), keywords.end()), keywords.end());
  return keywords;
}

}  // namespace tandem
