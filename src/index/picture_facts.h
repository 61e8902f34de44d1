// What a picture file says about itself besides its pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tandem {

struct PictureFacts {
  int width = 0, height = 0;  ///< pixels, turned as the orientation asks
  std::optional<int64_t> taken_at;
  std::optional<double> latitude, longitude;
  std::vector<std::string> tags;  ///< XMP's dc:subject, UTF-8
};

/// `file`: the whole file; `picture`: what is decoded of it (a raw file's preview, else the same).
/// Errors: as image_info.
PictureFacts picture_facts(std::span<const std::byte> file, std::span<const std::byte> picture,
                           const std::string& name);

/// Seconds since 1970 of "2024:05:17 09:30:12", read as if in UTC; nothing for other texts and for
/// moments that no calendar has ("0000:00:00 00:00:00").
std::optional<int64_t> seconds_of_exif_time(const std::string& text);

/// The keywords (dc:subject) of the first XMP packet among the bytes; none where it is damaged.
std::vector<std::string> xmp_keywords(std::span<const std::byte> file);

}  // namespace tandem
