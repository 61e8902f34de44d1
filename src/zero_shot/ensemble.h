// Averaging the prompts of a label.
#pragma once

#include "tandem/zero_shot.h"

namespace tandem {

/// [labels x templates, width] of length 1 each to [labels, width]: the mean
/// over the templates, normalised again.
Embeddings average_prompts(const Embeddings& prompts, int64_t templates);

}  // namespace tandem
