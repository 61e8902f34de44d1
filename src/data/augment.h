// Pictures for training: random crop, flip and colour, as torchvision's and open_clip's
// transforms draw them.
#pragma once

#include <cstdint>

#include "image/image.h"
#include "image/preprocess.h"

namespace tandem {

/// open_clip's AugmentationCfg; the defaults are its defaults (and so the CLIP paper's: a random
/// square crop of 90 to 100 %).
struct Augmentation {
  double scale_min = 0.9, scale_max = 1.0;  ///< share of the area, RandomResizedCrop
  double ratio_min = 3.0 / 4, ratio_max = 4.0 / 3;
  double flip = 0;  ///< probability of a horizontal mirror
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;  ///< ColorJitter's ranges
  double color_jitter_probability = 1;  ///< with which the jitter is applied at all
  double gray = 0;                      ///< probability of a grey picture
  /// Probability of a picture that was small before: made smaller and large again with the config's
  /// filter, so that a tower meets thumbnails (an addition of ours). Its height lies between
  /// low_resolution_side and the config's, even on a logarithmic scale.
  double low_resolution = 0;
  double low_resolution_side = 32;
};

/// The picture that training sees: a crop of random area and aspect resized to config.height x
/// config.width with its filter (torchvision's RandomResizedCrop, ten attempts, then the
/// central crop), then low resolution, flip, jitter (in random order) and grey. A function of
/// `seed` alone. Errors: as preprocess.
RgbImage augment(const Image& image, const Augmentation& augmentation,
                 const PreprocessConfig& config, uint64_t seed, const std::string& name);

/// One line that names everything which changes the result.
std::string describe(const Augmentation& augmentation);

}  // namespace tandem
