// The lines of log.jsonl.
#pragma once

#include <cstdint>
#include <string>

#include "train/run_folder.h"

namespace tandem {

std::string step_line(const StepRecord& record);
std::string metrics_line(int64_t step, const Metrics& metrics);
std::string remark_line(int64_t step, const std::string& sentence);

/// The lines of a whole log; a half-written last one is passed over. `name` begins the sentence of
/// errors (bad_input).
RunLog parse_run_log(const std::string& text, const std::string& name);

/// The log without the lines of later steps, and without a half-written last one.
std::string log_until(const std::string& log, const std::string& name, int64_t step);

}  // namespace tandem
