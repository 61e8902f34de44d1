// The stage `pixels` of golden cases: decoding, resizing, cropping, normalising.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "verify/verify.h"

namespace tandem {

/// Judges the case in `folder` (kinds openai, open_clip, resize). Lines: for each
/// item NAME.pixels (bytes equal to the expected PNG), NAME.normalised where the
/// case has the tensor (equal bit for bit), or NAME.error where the reference
/// raises (ok when Tandem refuses the item with a sentence). NAME is the expected
/// PNG's, or the item's file and target size. Errors (an unknown kind, a case
/// that is damaged) are thrown.
void verify_pixels(const std::string& folder, const Json& case_json,
                   const std::function<void(const VerifyLine&)>& report);

}  // namespace tandem
