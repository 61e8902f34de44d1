#include "describe/picture_look.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "image/resize.h"

namespace tandem {
namespace {

constexpr int kSide = 112;

constexpr double kDark = 70;     // nine tenths of the pixels are darker
constexpr double kBright = 170;  // no ink: even the darkest hundredth is brighter
constexpr double kNarrow = 56;   // a fifth of the range of luma
// bench/NOTES.md, "Describing": no sharp photograph of the evaluation part is below it, and nearly
// all are once they are blurred by two pixels.
constexpr double kBlurred = 0.02;
constexpr int kVerySmall = 48;      // pixels of the shorter side
constexpr double kElongated = 2.0;  // longer side by shorter: the middle is at most half

double luma(const RgbImage& picture, int x, int y) {
  const auto* pixel = &picture.pixels[(size_t(y) * picture.width + x) * 3];
  return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];  // ITU-R BT.601
}

std::vector<double> lumas(const RgbImage& picture) {
  std::vector<double> values;
  values.reserve(picture.pixels.size() / 3);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) values.push_back(luma(picture, x, y));
  return values;
}

double variance(const std::vector<double>& values) {
  if (values.empty()) return 0;
  double sum = 0, squares = 0;
  for (const double value : values) sum += value, squares += value * value;
  const double n = static_cast<double>(values.size());
  return std::max(0.0, squares / n - sum / n * (sum / n));
}

/// How much neighbours differ (Pech-Pacheco et al. 2000), apart from how strong the contrast is.
double sharpness_of(const RgbImage& picture, const std::vector<double>& values) {
  std::vector<double> laplacian;
  const auto width = static_cast<size_t>(picture.width);
  for (size_t y = 1; y + 1 < static_cast<size_t>(picture.height); ++y)
    for (size_t x = 1; x + 1 < width; ++x) {
      const double* at = &values[y * width + x];
      laplacian.push_back(at[-1] + at[1] + *(at - width) + at[width] - 4 * at[0]);
    }
  const double all = variance(values);
  return all > 0 ? variance(laplacian) / all : 0;
}

void lay_on_white(const Image& image, RgbImage& picture) {
  const size_t channels = image.mode == Mode::la ? 2 : 4;
  for (size_t i = 0; i < picture.pixels.size(); ++i) {
    const int alpha = image.pixels[i / 3 * channels + channels - 1];
    picture.pixels[i] =
        static_cast<uint8_t>((picture.pixels[i] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}

}  // namespace

RgbImage small_on_white(const Image& image, int side) {
  const int shorter = std::min(image.width, image.height);
  const auto scaled = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(double(length) * side / shorter)));
  };
  // 16-bit greys resize by nearest alone.
  const Filter filter = image.mode == Mode::i16 ? Filter::nearest : Filter::box;
  const Image small =
      shorter > side ? resize(image, scaled(image.width), scaled(image.height), filter) : image;
  RgbImage picture = to_rgb(small);
  if (small.mode == Mode::la || small.mode == Mode::rgba) lay_on_white(small, picture);
  return picture;
}

PictureLook look_at(const Image& image) {
  const RgbImage picture = small_on_white(image, kSide);
  PictureLook look;
  look.width = image.width;
  look.height = image.height;
  auto values = lumas(picture);
  look.sharpness = sharpness_of(picture, values);
  std::sort(values.begin(), values.end());
  const auto level = [&](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  look.dark_level = level(0.9);
  look.bright_level = level(0.01);
  look.range = level(0.99) - level(0.01);
  look.colours = colours_of(picture);
  look.warnings = warnings_of(look, picture);
  return look;
}

std::vector<std::string> warnings_of(const PictureLook& look, const RgbImage& picture) {
  std::vector<std::string> warnings;
  const int shorter = std::min(look.width, look.height);
  const int longer = std::max(look.width, look.height);
  if (look.dark_level < kDark) warnings.emplace_back("dark");
  if (look.bright_level > kBright) warnings.emplace_back("bright");
  if (look.range < kNarrow) warnings.emplace_back("low contrast");
  if (look.sharpness < kBlurred) warnings.emplace_back("blurred");
  if (shorter < kVerySmall) warnings.emplace_back("very small");
  if (longer > kElongated * shorter) warnings.emplace_back("elongated");
  const bool is_clear = look.dark_level >= kDark && look.range >= kNarrow;  // else all is ground
  if (is_clear && reaches_over_an_edge(picture)) warnings.emplace_back("perhaps cropped");
  return warnings;
}

}  // namespace tandem
