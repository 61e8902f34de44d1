// Compressed TIFF by libtiff.
#pragma once

#include "image/decoders.h"
#include "image/tiff_layout.h"

namespace tandem {

/// Reads the pixels of the first directory into `image`, which has the layout's
/// mode and size.
void read_by_libtiff(const PictureFile& file, const TiffLayout& layout, Image& image);

}  // namespace tandem
