// Golden cases of the stage `tokens`: text lines against a reference's ids.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "verify/verify.h"

namespace tandem {

/// Judges the case in `folder`, whose case.json was read as `case_json`: a report
/// for each group of lines and what is compared of them (ids, cleaned, decoded),
/// for each padded tensor and for each list of lines that must be refused.
/// max_abs counts lines (rows) that differ, of which `detail` names the first.
/// Errors: bad_model where the case lacks what its kind has; those of Tokenizer.
void verify_tokens(const std::string& folder, const Json& case_json,
                   const std::function<void(const VerifyLine&)>& report);

}  // namespace tandem
