// The verbs below `tandem eval` that have a file of their own.
#pragma once

#include "cli/context.h"

namespace tandem::cli {

void add_eval_illustrate(CLI::App& app, Context& context);

}  // namespace tandem::cli
