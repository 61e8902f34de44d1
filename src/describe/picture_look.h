// What the pixels themselves tell, without a model.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"

namespace tandem {

struct ColourShare {
  std::string name;  ///< black, white, grey, red, orange, yellow, green, blue, purple, pink, brown
  double share = 0;  ///< of the picture's pixels, 0 to 1
};

struct PictureLook {
  int width = 0, height = 0;
  double dark_level = 0;              ///< luma, 0 to 255, that 90 % of the pixels do not pass
  double bright_level = 0;            ///< that 99 % pass
  double range = 0;                   ///< luma between the darkest and the brightest 1 %
  double sharpness = 0;               ///< variance of the Laplacian over the luma's variance
  std::vector<ColourShare> colours;   ///< at most three with at least an eighth each
  std::vector<std::string> warnings;  ///< what makes a model's answer less sure, see warnings_of
};

/// Looks at a copy whose shorter side is at most 112 pixels, so that figures do not depend on the
/// camera; what is transparent counts as white.
PictureLook look_at(const Image& image);

/// The picture on white, its shorter side at most `side`.
RgbImage small_on_white(const Image& image, int side);

/// The basic colour terms of English (Berlin and Kay 1969) with an eighth of the pixels each, the
/// largest first, at most three.
std::vector<ColourShare> colours_of(const RgbImage& picture);

/// "dark", "bright", "low contrast", "blurred", "very small", "elongated" (a model sees the middle
/// alone), "perhaps cropped" (something reaches over an edge of a plain ground).
std::vector<std::string> warnings_of(const PictureLook& look, const RgbImage& picture);

/// Whether something on a plain ground is cut by the picture's edge; false where there is none.
bool reaches_over_an_edge(const RgbImage& picture);

}  // namespace tandem
