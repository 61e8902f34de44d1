// Camera raw files by the JPEG that the camera put into them, which is how it showed the picture.
//
// CR2, NEF, NRW, ARW, SR2, SRW, DNG, ORF, RW2 and PEF are TIFF files in structure (TIFF 6.0,
// section 2; Exif 2.32, section 4.6): previews are named by JPEGInterchangeFormat, by the strips of
// a directory with JPEG compression, or by RW2's JpgFromRaw. RAF has a header of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// Whether a file's name ends as camera raw files do (".NEF"), in large or small letters.
bool has_raw_ending(std::string_view path);

struct RawPreview {
  /// The largest JPEG in the file: from its start to its end, or to the end of the file.
  std::span<const std::byte> jpeg;
  int orientation = 1;  ///< EXIF's 1 to 8, as the raw file says; the JPEG may say it again
};

/// Nothing where the file has no JPEG that can be read. `name` stands nowhere but in the reader's
/// own errors, which are caught: no bytes make this throw.
std::optional<RawPreview> find_raw_preview(std::span<const std::byte> file);

/// The JPEG's bytes with the orientation in them, where they say none of their own.
std::string oriented_jpeg(const RawPreview& preview);

}  // namespace tandem
