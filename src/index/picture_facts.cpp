#include "index/picture_facts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "image/decode.h"
#include "image/exif_moment.h"

namespace tandem {
namespace {

using namespace std::string_view_literals;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool begins_tiff(std::string_view bytes) {
  return bytes.starts_with("II\x2a\0"sv) || bytes.starts_with("MM\0\x2a"sv);
}

/// The file's first EXIF block, wherever its container has it. The marks: JPEG's, WebP's and HEIC's
/// header, PNG's chunk, and WebP's chunk without that header.
std::span<const std::byte> exif_block(std::span<const std::byte> file) {
  const std::string_view text = text_of(file);
  struct Mark {
    std::string_view bytes;
    size_t skip;  // from the mark's begin to the block's
  };
  for (const auto& [bytes, skip] : {Mark{"Exif\0\0"sv, 6}, Mark{"eXIf"sv, 4}, Mark{"EXIF"sv, 8}}) {
    size_t at = text.find(bytes);
    for (int tries = 0; at != std::string_view::npos && tries < 16; ++tries) {
      if (at + skip < text.size() && begins_tiff(text.substr(at + skip)))
        return file.subspan(at + skip);
      at = text.find(bytes, at + 1);
    }
  }
  // HEIC's and AVIF's item may stand without a header: a block whose first directory follows it.
  if (text.substr(0, 8).ends_with("ftyp"))
    for (const std::string_view begin : {"II\x2a\0\x08\0\0\0"sv, "MM\0\x2a\0\0\0\x08"sv})
      if (const size_t at = text.find(begin); at != std::string_view::npos) return file.subspan(at);
  return {};
}

}  // namespace

std::optional<int64_t> seconds_of_exif_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%4d:%2d:%2d %2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                  &second) != 6)
    return std::nullopt;
  namespace ch = std::chrono;
  const ch::year_month_day date{ch::year(year), ch::month(static_cast<unsigned>(month)),
                                ch::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1800 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60)
    return std::nullopt;
  const int64_t days = ch::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

PictureFacts picture_facts(std::span<const std::byte> file, std::span<const std::byte> picture,
                           const std::string& name) {
  const ImageInfo info = image_info(picture, name);
  PictureFacts facts{.width = info.width, .height = info.height};
  if (info.orientation >= 5) std::swap(facts.width, facts.height);
  const bool is_tiff = text_of(file).starts_with("II") || text_of(file).starts_with("MM");
  const ExifMoment moment = exif_moment(is_tiff ? file : exif_block(file));
  facts.taken_at = seconds_of_exif_time(moment.taken);
  // Cameras without a fix write zeros; half a place is none.
  const bool there = moment.latitude && moment.longitude && std::abs(*moment.latitude) <= 90 &&
                     std::abs(*moment.longitude) <= 180 &&
                     (*moment.latitude != 0 || *moment.longitude != 0);
  if (there) {
    facts.latitude = moment.latitude;
    facts.longitude = moment.longitude;
  }
  facts.tags = xmp_keywords(file);
  return facts;
}

}  // namespace tandem
