// CIE L*a*b* bytes to sRGB, as Pillow has LittleCMS do it.
#pragma once

#include <array>
#include <cstdint>

namespace tandem {

/// One pixel of Pillow's mode LAB (L* scaled to 0..255; a* and b* plus 128; white
/// D50) as sRGB: byte for byte LittleCMS 2.14's transform between its built-in
/// profiles "Lab" and "sRGB", which Pillow 9.4's convert("RGB") asks for.
std::array<uint8_t, 3> rgb_from_lab(const uint8_t* lab);

}  // namespace tandem
