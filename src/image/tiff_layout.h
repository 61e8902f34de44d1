// Which mode and which layout of samples a TIFF directory asks for, by Pillow's table.
#pragma once

#include <string>

#include "image/image.h"
#include "image/tiff_directory.h"

namespace tandem {

/// How the samples lie in the file.
struct TiffLayout {
  int64_t width = 0;  ///< as stored, before the orientation
  int64_t height = 0;
  Mode mode = Mode::l;
  std::string raw;  ///< the unpacker's name
  int compression = 1;
  int photometric = 0;
  bool separate = false;  ///< one plane per channel
  int planes = 1;         ///< of a separate picture, as Pillow counts them
  int64_t bits = 0;       ///< of all samples of a pixel
};

/// Errors: unsupported for a combination that Pillow does not open.
TiffLayout tiff_layout(const PictureFile& file, const TiffDirectory& directory);

}  // namespace tandem
