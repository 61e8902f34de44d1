// Prompt templates: filling them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tandem/zero_shot.h"

namespace tandem {

/// labels x templates prompts: label 0 with every template, then label 1.
std::vector<std::string> fill(std::span<const std::string> labels, const Templates& templates);

}  // namespace tandem
