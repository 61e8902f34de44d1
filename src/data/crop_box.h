// Which part of a picture a random crop keeps.
#pragma once

#include "data/augment.h"
#include "data/random.h"

namespace tandem {

struct CropBox {
  int left = 0, top = 0, width = 0, height = 0;
};

/// torchvision's RandomResizedCrop.get_params for a picture of width x height: ten attempts, then
/// the central part within the ratios. Sides are 1 at least.
CropBox random_crop_box(int width, int height, const Augmentation& augmentation,
                        RandomStream& random);

}  // namespace tandem
