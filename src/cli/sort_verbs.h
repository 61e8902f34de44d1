// The verbs of tandem sort, each in its file.
#pragma once

#include "cli/context.h"

namespace tandem::cli {

void add_sort(CLI::App& app, Context& context);
void add_sort_run(CLI::App& sort, Context& context);
void add_sort_calibrate(CLI::App& sort, Context& context);
void add_sort_teach(CLI::App& sort, Context& context);

/// --into and --plain.
struct SortOptions {
  std::string taxonomy;
  bool plain = false;
};
void add_taxonomy_flag(CLI::App& verb, SortOptions& options);
void add_plain_flag(CLI::App& verb, SortOptions& options);

}  // namespace tandem::cli
