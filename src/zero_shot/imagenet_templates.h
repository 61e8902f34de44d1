// The ImageNet prompt templates that the CLIP paper's authors published.
#pragma once

#include <span>

namespace tandem {

/// Each with one "{}".
std::span<const char* const> openai80_templates();
std::span<const char* const> openai7_templates();

}  // namespace tandem
