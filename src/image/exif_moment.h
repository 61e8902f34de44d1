// When and where a photograph was taken, as its camera wrote it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace tandem {

struct ExifMoment {
  /// "2024:05:17 09:30:12" of the camera's clock: DateTimeOriginal, else DateTime; empty where
  /// there is neither.
  std::string taken;
  std::optional<double> latitude, longitude;  ///< degrees, north and east positive
};

/// Of a block with TIFF's structure: an EXIF block without its "Exif" header, a TIFF file, a raw
/// file (Exif 2.32, 4.6.5 and 4.6.6). Damage gives less, never an error.
ExifMoment exif_moment(std::span<const std::byte> block);

}  // namespace tandem
