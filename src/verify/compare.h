// Comparing a computed tensor with a recorded one.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/tensor.h"
#include "verify/verify.h"

namespace tandem {

/// What was computed, by the name that a case gives it.
struct Computed {
  Shape shape;
  std::vector<double> values;
};
using ComputedTensors = std::map<std::string, Computed>;

/// Reports lines for one entry {"tensor", "max_abs", "rows_apart"?} of a case's
/// `expect` or `taps`: the entry, and one more for rows that have their own
/// tolerance. `runs`: the same tensor from several runs; the worst is reported.
void compare_entry(const Json& entry, const TensorStore& recorded,
                   std::span<const ComputedTensors* const> runs, const std::string& layout,
                   const VerifyReport& report);

/// The name that an expected tensor has among the computed ones:
/// "image_features" for "image_features.bfloat16".
std::string computed_name(const std::string& recorded_name);

/// What a layout is held against: `expect` and then `taps`; where the layout's
/// weights are rounded, its list of `expect_overrides` alone.
struct Expected {
  std::vector<Json> expect, taps;
};
Expected expected_of(const Json& case_json, const std::string& layout);

/// The models of a case, or the user's own in their place: name to path.
std::map<std::string, std::string> models_of(const std::string& folder, const Json& case_json,
                                             const VerifyOptions& options);

}  // namespace tandem
