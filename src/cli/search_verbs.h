// The verbs that look into a library.
#pragma once

#include "cli/context.h"

namespace tandem::cli {

void add_search(CLI::App& app, Context& context);
void add_similar(CLI::App& app, Context& context);
void add_duplicates(CLI::App& app, Context& context);

}  // namespace tandem::cli
