#include "image/exif_moment.h"

#include <algorithm>

#include "image/picture_reader.h"
#include "image/tiff_walk.h"

namespace tandem {
namespace {

constexpr uint16_t kDateTime = 0x132;
constexpr uint16_t kDateTimeOriginal = 0x9003;
constexpr uint16_t kExifDirectory = 0x8769;
constexpr uint16_t kGpsDirectory = 0x8825;

std::string text_of(const TiffEntry* entry) {
  if (!entry || entry->type != 2) return {};
  std::string text(entry->bytes.begin(), entry->bytes.end());
  return text.substr(0, text.find('\0'));
}

/// The i-th fraction, or nothing where it is none or negative. Some phones write signed ones.
std::optional<double> fraction_of(const TiffEntry& entry, uint64_t i, bool big_endian) {
  constexpr uint16_t kUnsigned = 5, kSigned = 10;
  if (entry.type != kUnsigned && entry.type != kSigned) return std::nullopt;
  const auto number = [&](uint64_t at) {
    const auto bits = static_cast<uint32_t>(number_in(entry.bytes.subspan(at, 4), big_endian));
    return static_cast<double>(entry.type == kSigned ? int64_t{static_cast<int32_t>(bits)}
                                                     : int64_t{bits});
  };
  const double above = number(8 * i), below = number(8 * i + 4);
  if (above == 0) return 0;  // 0/0 stands for nothing more to say
  if (below == 0 || above / below < 0) return std::nullopt;
  return above / below;
}

/// Degrees, minutes and seconds as fractions, and the hemisphere's letter.
std::optional<double> degrees_of(const TiffEntries& gps, uint16_t letter_tag, char negative,
                                 bool big_endian) {
  const TiffEntry* value = gps.find(static_cast<uint16_t>(letter_tag + 1));
  const std::string letter = text_of(gps.find(letter_tag));
  if (!value || letter.empty()) return std::nullopt;
  double degrees = 0, unit = 1;
  for (uint64_t i = 0; i < std::min<uint64_t>(value->count, 3); ++i, unit *= 60) {
    const auto part = fraction_of(*value, i, big_endian);
    if (!part) return std::nullopt;
    degrees += *part / unit;
  }
  return letter[0] == negative ? -degrees : degrees;
}

}  // namespace

ExifMoment exif_moment(std::span<const std::byte> block) {
  const TiffTree tree = walk_tiff({reinterpret_cast<const uint8_t*>(block.data()), block.size()});
  ExifMoment moment;
  for (const TiffEntries& directory : tree.directories) {
    const std::string original = text_of(directory.find(kDateTimeOriginal));
    if (directory.parent_tag == kExifDirectory && !original.empty()) moment.taken = original;
    if (moment.taken.empty()) moment.taken = text_of(directory.find(kDateTime));
    if (directory.parent_tag != kGpsDirectory) continue;
    moment.latitude = degrees_of(directory, 1, 'S', tree.big_endian);
    moment.longitude = degrees_of(directory, 3, 'W', tree.big_endian);
  }
  return moment;
}

}  // namespace tandem
