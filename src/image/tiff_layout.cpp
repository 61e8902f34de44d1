#include "image/tiff_layout.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/fail.h"

namespace tandem {
namespace {

// TIFF's numbers of compressions.
constexpr int kUncompressed = 1;
constexpr int kOldJpeg = 6;

/// One row of Pillow's OPEN_INFO: what the tags must be, and what comes out.
struct Row {
  const char* order;  ///< "I", "M" or both
  int photometric;  ///< 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 Lab
  int format;       ///< 1 unsigned, 2 signed, 3 float
  int fill_order;
  int bits;
  int samples;
  const char* extra;  ///< the extra samples' kinds: 0 unknown, 1 premultiplied, 2 plain alpha
  Mode mode;
  const char* raw;
};

constexpr Row kRows[] = {
    {"IM", 0, 1, 1, 1, 1, "", Mode::bilevel, "1;I"},
    {"IM", 0, 1, 2, 1, 1, "", Mode::bilevel, "1;IR"},
    {"IM", 1, 1, 1, 1, 1, "", Mode::bilevel, "1"},
    {"IM", 1, 1, 2, 1, 1, "", Mode::bilevel, "1;R"},
    {"IM", 0, 1, 1, 2, 1, "", Mode::l, "L;2I"},
    {"IM", 0, 1, 2, 2, 1, "", Mode::l, "L;2IR"},
    {"IM", 1, 1, 1, 2, 1, "", Mode::l, "L;2"},
    {"IM", 1, 1, 2, 2, 1, "", Mode::l, "L;2R"},
    {"IM", 0, 1, 1, 4, 1, "", Mode::l, "L;4I"},
    {"IM", 0, 1, 2, 4, 1, "", Mode::l, "L;4IR"},
    {"IM", 1, 1, 1, 4, 1, "", Mode::l, "L;4"},
    {"IM", 1, 1, 2, 4, 1, "", Mode::l, "L;4R"},
    {"IM", 0, 1, 1, 8, 1, "", Mode::l, "L;I"},
    {"IM", 0, 1, 2, 8, 1, "", Mode::l, "L;IR"},
    {"IM", 1, 1, 1, 8, 1, "", Mode::l, "L"},
    {"IM", 1, 1, 2, 8, 1, "", Mode::l, "L;R"},
    {"I", 1, 1, 1, 12, 1, "", Mode::i16, "I;12"},
    {"I", 0, 1, 1, 16, 1, "", Mode::i16, "I;16"},
    {"I", 1, 1, 1, 16, 1, "", Mode::i16, "I;16"},
    {"M", 1, 1, 1, 16, 1, "", Mode::i16, "I;16B"},
    {"I", 1, 1, 2, 16, 1, "", Mode::i16, "I;16R"},
    {"I", 1, 2, 1, 16, 1, "", Mode::i, "I;16S"},
    {"M", 1, 2, 1, 16, 1, "", Mode::i, "I;16BS"},
    {"I", 0, 3, 1, 32, 1, "", Mode::f, "F;32F"},
    {"M", 0, 3, 1, 32, 1, "", Mode::f, "F;32BF"},
    {"I", 1, 1, 1, 32, 1, "", Mode::i, "I;32N"},
    {"I", 1, 2, 1, 32, 1, "", Mode::i, "I;32S"},
    {"M", 1, 2, 1, 32, 1, "", Mode::i, "I;32BS"},
    {"I", 1, 3, 1, 32, 1, "", Mode::f, "F;32F"},
    {"M", 1, 3, 1, 32, 1, "", Mode::f, "F;32BF"},
    {"IM", 1, 1, 1, 8, 2, "2", Mode::la, "LA"},
    {"IM", 2, 1, 1, 8, 3, "", Mode::rgb, "RGB"},
    {"IM", 2, 1, 2, 8, 3, "", Mode::rgb, "RGB;R"},
    {"IM", 2, 1, 1, 8, 4, "", Mode::rgba, "RGBA"},
    {"IM", 2, 1, 1, 8, 4, "0", Mode::rgb, "RGBX"},
    {"IM", 2, 1, 1, 8, 5, "0,0", Mode::rgb, "RGBXX"},
    {"IM", 2, 1, 1, 8, 6, "0,0,0", Mode::rgb, "RGBXXX"},
    {"IM", 2, 1, 1, 8, 4, "1", Mode::rgba, "RGBa"},
    {"IM", 2, 1, 1, 8, 5, "1,0", Mode::rgba, "RGBaX"},
    {"IM", 2, 1, 1, 8, 6, "1,0,0", Mode::rgba, "RGBaXX"},
    {"IM", 2, 1, 1, 8, 4, "2", Mode::rgba, "RGBA"},
    {"IM", 2, 1, 1, 8, 5, "2,0", Mode::rgba, "RGBAX"},
    {"IM", 2, 1, 1, 8, 6, "2,0,0", Mode::rgba, "RGBAXX"},
    {"IM", 2, 1, 1, 8, 4, "999", Mode::rgba, "RGBA"},  // Corel Draw 10
    {"I", 2, 1, 1, 16, 3, "", Mode::rgb, "RGB;16L"},
    {"M", 2, 1, 1, 16, 3, "", Mode::rgb, "RGB;16B"},
    {"I", 2, 1, 1, 16, 4, "", Mode::rgba, "RGBA;16L"},
    {"M", 2, 1, 1, 16, 4, "", Mode::rgba, "RGBA;16B"},
    {"I", 2, 1, 1, 16, 4, "0", Mode::rgb, "RGBX;16L"},
    {"M", 2, 1, 1, 16, 4, "0", Mode::rgb, "RGBX;16B"},
    {"I", 2, 1, 1, 16, 4, "1", Mode::rgba, "RGBa;16L"},
    {"M", 2, 1, 1, 16, 4, "1", Mode::rgba, "RGBa;16B"},
    {"I", 2, 1, 1, 16, 4, "2", Mode::rgba, "RGBA;16L"},
    {"M", 2, 1, 1, 16, 4, "2", Mode::rgba, "RGBA;16B"},
    {"IM", 3, 1, 1, 1, 1, "", Mode::p, "P;1"},
    {"IM", 3, 1, 2, 1, 1, "", Mode::p, "P;1R"},
    {"IM", 3, 1, 1, 2, 1, "", Mode::p, "P;2"},
    {"IM", 3, 1, 2, 2, 1, "", Mode::p, "P;2R"},
    {"IM", 3, 1, 1, 4, 1, "", Mode::p, "P;4"},
    {"IM", 3, 1, 2, 4, 1, "", Mode::p, "P;4R"},
    {"IM", 3, 1, 1, 8, 1, "", Mode::p, "P"},
    {"IM", 3, 1, 1, 8, 2, "2", Mode::pa, "PA"},
    {"IM", 3, 1, 2, 8, 1, "", Mode::p, "P;R"},
    {"IM", 5, 1, 1, 8, 4, "", Mode::cmyk, "CMYK"},
    {"IM", 5, 1, 1, 8, 5, "0", Mode::cmyk, "CMYKX"},
    {"IM", 5, 1, 1, 8, 6, "0,0", Mode::cmyk, "CMYKXX"},
    {"I", 5, 1, 1, 16, 4, "", Mode::cmyk, "CMYK;16L"},
    {"IM", 6, 1, 1, 8, 3, "", Mode::rgb, "RGBX"},
    {"IM", 8, 1, 1, 8, 3, "", Mode::lab, "LAB"},
};
constexpr uint64_t kMaxSamples = 6;  // of the table

/// The sample format where all samples agree on "unsigned"; else the one value.
uint64_t format_of(const TiffDirectory& directory) {
  const std::vector<uint64_t>& formats = directory.all(TiffTag::sample_format);
  if (formats.empty()) return 1;
  const bool all_unsigned =
      std::all_of(formats.begin(), formats.end(), [](uint64_t format) { return format == 1; });
  return all_unsigned ? 1 : formats.size() == 1 ? formats.front() : 0;
}

/// The bits of every sample; empty where the tags contradict each other.
std::vector<uint64_t> bits_of(const TiffDirectory& directory, uint64_t samples) {
  std::vector<uint64_t> bits = directory.all(TiffTag::bits_per_sample);
  if (bits.empty()) bits = {1};
  if (bits.size() > samples) bits.resize(samples);
  if (bits.size() == 1) bits.resize(samples, bits.front());
  if (bits.size() != samples) bits.clear();
  return bits;
}

const Row* find_row(const TiffDirectory& directory, uint64_t photometric, uint64_t fill_order,
                    const std::vector<uint64_t>& bits) {
  const uint64_t format = format_of(directory);
  const std::string extra =
      fmt::format("{}", fmt::join(directory.all(TiffTag::extra_samples), ","));
  const char order = directory.big_endian() ? 'M' : 'I';
  for (const Row& row : kRows)
    if (std::string_view(row.order).find(order) != std::string_view::npos &&
        row.photometric == static_cast<int64_t>(photometric) &&
        row.format == static_cast<int64_t>(format) &&
        row.fill_order == static_cast<int64_t>(fill_order) && row.extra == extra &&
        bits == std::vector<uint64_t>(row.samples, row.bits))
      return &row;
  return nullptr;
}

}  // namespace

TiffLayout tiff_layout(const PictureFile& file, const TiffDirectory& directory) {
  if (directory.has(TiffTag::windows_media_photo)) fail_unsupported(file, "Windows Media Photo");
  TiffLayout layout;
  layout.width = static_cast<int64_t>(directory.one(TiffTag::image_width, 0));
  layout.height = static_cast<int64_t>(directory.one(TiffTag::image_length, 0));
  const uint64_t compression = directory.one(TiffTag::compression, 1);
  layout.compression = static_cast<int>(std::min<uint64_t>(compression, 65535));
  const bool old_jpeg = layout.compression == kOldJpeg;
  const uint64_t photometric = old_jpeg ? 6 : directory.one(TiffTag::photometric, 0);
  const uint64_t samples = directory.one(TiffTag::samples_per_pixel, old_jpeg ? 3 : 1);
  if (samples < 1 || samples > kMaxSamples)
    fail_unsupported(file, fmt::format("{} samples a pixel", samples));
  const std::vector<uint64_t> bits = bits_of(directory, samples);
  const uint64_t fill_order = directory.one(TiffTag::fill_order, 1);
  const Row* row = bits.empty() ? nullptr : find_row(directory, photometric, fill_order, bits);
  if (row != nullptr && fill_order == 2 && layout.compression != kUncompressed)
    row = find_row(directory, photometric, 1, bits);  // libtiff puts the bits in order itself
  if (row == nullptr)
    fail_unsupported(
        file,
        fmt::format("photometric interpretation {}, {} x {} bits, sample format {}, {}-endian",
                    photometric, samples, bits.empty() ? 0 : bits.front(), format_of(directory),
                    directory.big_endian() ? "big" : "little"));
  layout.mode = row->mode;
  layout.raw = row->raw;
  layout.photometric = row->photometric;
  layout.separate = directory.one(TiffTag::planar_configuration, 1) == 2;
  layout.planes = photometric == 2 || photometric == 6 || photometric == 8 ? 3
                  : photometric == 5                                       ? 4
                                                                           : 1;
  layout.planes += static_cast<int>(directory.all(TiffTag::extra_samples).size());
  layout.bits = static_cast<int64_t>(row->bits) * row->samples;
  return layout;
}

}  // namespace tandem
