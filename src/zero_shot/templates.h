// Prompt templates: filling them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/source_config.h"
#include "tandem/zero_shot.h"

namespace tandem {

/// labels x templates prompts: label 0 with every template, then label 1.
std::vector<std::string> fill(std::span<const std::string> labels, const Templates& templates);

/// Puts a set's sentences in place of its name (simple, openai7, openai80) in every source.
void fill_template_sets(std::vector<SourceConfig>& sources);

}  // namespace tandem
