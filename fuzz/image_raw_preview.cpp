// Raw files' directories and previews, and the moment that EXIF blocks tell: damage gives less,
// never an error.
#include <cstdint>
#include <span>

#include "image/exif_moment.h"
#include "image/raw_preview.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  tandem::exif_moment(bytes);
  if (const auto preview = tandem::find_raw_preview(bytes)) tandem::oriented_jpeg(*preview);
  return 0;
}
