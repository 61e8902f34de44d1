// Which pictures of a HEIF file are made of which others (ISO/IEC 23008-12, "dimg" in ISO/IEC
// 14496-12's item references).
#pragma once

#include <cstdint>
#include <span>

namespace tandem {

/// Whether a picture is made of itself, or of pictures of pictures more than 16 deep: libheif 1.15
/// follows these until the stack ends. A file that cannot be read so far has none.
bool heif_derives_without_end(std::span<const uint8_t> file);

}  // namespace tandem
