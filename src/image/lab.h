// CIE L*a*b* bytes to sRGB.
#pragma once

#include <array>
#include <cstdint>

namespace tandem {

/// Pillow's mode LAB (L* scaled to 0..255; a*, b* plus 128; white D50) to sRGB.
/// Pillow asks LittleCMS, which interpolates in a table of its own; this computes
/// the formulas, which differ from it by a few levels at most in saturated colours.
std::array<uint8_t, 3> rgb_from_lab(const uint8_t* lab);

}  // namespace tandem
