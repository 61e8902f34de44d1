#include <algorithm>
#include <array>
#include <cmath>

#include "describe/picture_look.h"

namespace tandem {
namespace {

constexpr std::array kColours = {"black", "white", "grey",   "red",  "orange", "yellow",
                                 "green", "blue",  "purple", "pink", "brown"};
enum Colour { black, white, grey, red, orange, yellow, green, blue, purple, pink, brown };

constexpr double kLeastShare = 0.125;
constexpr size_t kMostColours = 3;

/// By hue, saturation and value (Smith 1978); hue 0 to 360, the others 0 to 1.
Colour colour_of_hsv(double hue, double saturation, double value) {
  if (value < 0.16) return black;
  if (saturation < 0.13) return value > 0.85 ? white : value < 0.25 ? black : grey;
  if (hue < 14 || hue >= 346) return saturation < 0.55 && value > 0.75 ? pink : red;
  if (hue < 46) {
    if (value < 0.68) return brown;
    return saturation < 0.35 ? (value > 0.9 && saturation < 0.2 ? white : brown) : orange;
  }
  if (hue < 68) return value < 0.45 ? brown : yellow;
  if (hue < 165) return green;
  if (hue < 255) return blue;
  if (hue < 295) return purple;
  return pink;
}

Colour colour_of(const uint8_t* pixel) {
  const double r = pixel[0] / 255.0, g = pixel[1] / 255.0, b = pixel[2] / 255.0;
  const double value = std::max({r, g, b}), chroma = value - std::min({r, g, b});
  if (chroma <= 0) return colour_of_hsv(0, 0, value);
  double hue = value == r   ? std::fmod((g - b) / chroma + 6, 6)
               : value == g ? (b - r) / chroma + 2
                            : (r - g) / chroma + 4;
  return colour_of_hsv(hue * 60, chroma / value, value);
}

}  // namespace

std::vector<ColourShare> colours_of(const RgbImage& picture) {
  std::array<size_t, kColours.size()> counts{};
  for (size_t i = 0; i + 2 < picture.pixels.size(); i += 3) ++counts[colour_of(&picture.pixels[i])];
  const double pixels = static_cast<double>(std::max<size_t>(1, picture.pixels.size() / 3));
  std::vector<ColourShare> shares;
  for (size_t i = 0; i < kColours.size(); ++i)
    if (const double share = static_cast<double>(counts[i]) / pixels; share >= kLeastShare)
      shares.push_back({kColours[i], share});
  std::stable_sort(shares.begin(), shares.end(),
                   [](const ColourShare& a, const ColourShare& b) { return a.share > b.share; });
  if (shares.size() > kMostColours) shares.resize(kMostColours);
  return shares;
}

}  // namespace tandem
