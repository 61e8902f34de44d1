#include "image/raw_preview.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "image/decode.h"
#include "image/picture_reader.h"
#include "image/tiff_walk.h"
#include "tandem/error.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint16_t kJpgFromRaw = 0x2e;  // RW2
constexpr uint16_t kCompression = 0x103;
constexpr uint16_t kStripOffsets = 0x111;
constexpr uint16_t kOrientation = 0x112;
constexpr uint16_t kStripBytes = 0x117;
constexpr uint16_t kJpegAt = 0x201;  // JPEGInterchangeFormat
constexpr uint16_t kJpegBytes = 0x202;

// A preview that is smaller on its longer side is a thumbnail: the file is searched for more.
constexpr int kThumbnail = 640;
// JPEGs that a search through the bytes looks at.
constexpr size_t kMaxFound = 64;

struct Candidate {
  Bytes jpeg;
  int64_t pixels = 0;
  int longer_side = 0;
};

Bytes part(Bytes file, uint64_t at, uint64_t size) {
  if (at > file.size()) return {};
  return file.subspan(at, std::min<uint64_t>(size, file.size() - at));
}

/// Keeps the larger of two; what is no JPEG that we read (raw data may be lossless JPEG) has no
/// pixels.
void consider(Bytes jpeg, Candidate& best) {
  if (jpeg.size() < 4 || jpeg[0] != 0xff || jpeg[1] != 0xd8 || jpeg[2] != 0xff) return;
  try {
    const ImageInfo info = image_info(std::as_bytes(jpeg), "preview");
    const int64_t pixels = int64_t{info.width} * info.height;
    if (pixels > best.pixels) best = {jpeg, pixels, std::max(info.width, info.height)};
  } catch (const Error&) {
    return;
  }
}

void consider_directory(const TiffEntries& directory, const TiffTree& tree, Bytes file,
                        Candidate& best) {
  const auto number = [&](uint16_t tag) -> std::optional<uint64_t> {
    const TiffEntry* entry = directory.find(tag);
    return entry ? entry->number(tree.big_endian) : std::nullopt;
  };
  if (const auto at = number(kJpegAt))
    consider(part(file, *at, number(kJpegBytes).value_or(file.size())), best);
  if (const TiffEntry* entry = directory.find(kJpgFromRaw)) consider(entry->bytes, best);
  const auto compression = number(kCompression);
  const TiffEntry* strips = directory.find(kStripOffsets);
  if (strips && strips->count == 1 && (compression == 6u || compression == 7u))
    consider(
        part(file, *strips->number(tree.big_endian), number(kStripBytes).value_or(file.size())),
        best);
}

/// Some previews are named in a maker's private notes alone (ORF).
void consider_everything(Bytes file, Candidate& best) {
  size_t found = 0;
  for (size_t at = 0; at + 3 < file.size() && found < kMaxFound; ++at) {
    const void* next = std::memchr(file.data() + at, 0xff, file.size() - 3 - at);
    if (next == nullptr) return;
    at = static_cast<size_t>(static_cast<const uint8_t*>(next) - file.data());
    // A start of image is followed by a marker, of which these begin files.
    const uint8_t marker = file[at + 3];
    if (file[at + 1] != 0xd8 || file[at + 2] != 0xff || (marker < 0xc0 || marker == 0xff)) continue;
    ++found;
    consider(file.subspan(at), best);
  }
}

constexpr std::string_view kRafMagic = "FUJIFILMCCD-RAW ";
constexpr size_t kRafJpegAt = 84;  // two big-endian numbers: where the JPEG stands, its bytes

bool is_raf(Bytes file) {
  return file.size() >= kRafJpegAt + 8 &&
         std::memcmp(file.data(), kRafMagic.data(), kRafMagic.size()) == 0;
}

}  // namespace

bool has_raw_ending(std::string_view path) {
  constexpr std::array<std::string_view, 12> kEndings = {".cr2", ".nef", ".nrw", ".arw",
                                                         ".sr2", ".srw", ".dng", ".orf",
                                                         ".rw2", ".pef", ".raf", ".rwl"};
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(path.substr(dot));
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

std::optional<RawPreview> find_raw_preview(std::span<const std::byte> bytes) {
  const Bytes file(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  Candidate best;
  RawPreview preview;
  if (is_raf(file)) {
    const uint64_t at = number_in(file.subspan(kRafJpegAt, 4), true);
    consider(part(file, at, number_in(file.subspan(kRafJpegAt + 4, 4), true)), best);
  } else {
    const TiffTree tree = walk_tiff(file);
    for (const TiffEntries& directory : tree.directories)
      consider_directory(directory, tree, file, best);
    if (!tree.directories.empty())
      if (const TiffEntry* entry = tree.directories[0].find(kOrientation))
        preview.orientation =
            static_cast<int>(std::min<uint64_t>(entry->number(tree.big_endian).value_or(1), 9));
    if (preview.orientation < 1 || preview.orientation > 8) preview.orientation = 1;
  }
  if (best.longer_side < kThumbnail) consider_everything(file, best);
  if (best.pixels == 0) return std::nullopt;
  preview.jpeg = std::as_bytes(best.jpeg);
  return preview;
}

std::string oriented_jpeg(const RawPreview& preview) {
  std::string jpeg(reinterpret_cast<const char*>(preview.jpeg.data()), preview.jpeg.size());
  if (preview.orientation == 1 || image_info(preview.jpeg, "preview").orientation != 1) return jpeg;
  // APP1 with a big-endian EXIF block of one entry: the orientation, a short.
  using namespace std::string_view_literals;
  std::string block(
      "\xff\xe1\0\x22"
      "Exif\0\0"
      "MM\0\x2a\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0"sv);
  block += static_cast<char>(preview.orientation);
  block += "\0\0\0\0\0\0"sv;
  return jpeg.insert(2, block);
}

}  // namespace tandem
