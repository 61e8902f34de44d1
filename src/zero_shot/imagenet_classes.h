// The 1,000 ImageNet class names that CLIP's evaluation uses.
#pragma once

#include <span>

namespace tandem {

std::span<const char* const> imagenet_classes();

}  // namespace tandem
