// The verbs below `tandem eval` that have a file of their own.
#pragma once

#include "cli/context.h"
#include "eval/eval.h"

namespace tandem::cli {

/// Runs `measure` for each data set, with a line of progress while it is read; one that cannot be
/// measured is complained about.
using MeasureData = std::function<void(const std::string& data, const EvalOptions& options)>;
void for_each_data(const std::vector<std::string>& data, const std::string& cache, Context& context,
                   const MeasureData& measure);

/// " 71.4%  (35.9 to 91.8)".
std::string percent(const Share& share);

void add_eval_illustrate(CLI::App& app, Context& context);

}  // namespace tandem::cli
