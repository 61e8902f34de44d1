// Cosines, probabilities and the best of many.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tandem {

/// Of two rows of length 1: their dot product, summed in double.
double cosine(std::span<const float> a, std::span<const float> b);

/// exp(logits) over their sum.
std::vector<double> softmax(std::span<const double> logits);
/// 1 / (1 + exp(-logit)) each: SigLIP's.
std::vector<double> sigmoid(std::span<const double> logits);

/// Indices of the `count` largest, largest first; equal ones in their order.
std::vector<size_t> top(std::span<const double> values, size_t count);

}  // namespace tandem
