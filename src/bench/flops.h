// Floating point operations that a tower executes, for shares of the machine's peak.
#pragma once

#include <cstdint>

#include "model/config.h"

namespace tandem {

/// Of one picture: matrix products, convolutions and attention; the last block
/// for the pooled row where the tower prunes it. A multiply-add counts twice.
double image_flops(const ModelConfig& config);

/// Of a text tower over `rows` rows of texts of `length` rows each on average,
/// `pooled` of them pooled.
double text_flops(const TextTransformerConfig& config, int embed_dim, double rows, double length,
                  double pooled);

}  // namespace tandem
