// Two recipes of one space: what they differ in, in words.
#pragma once

#include <string>

namespace tandem {

/// "orient is off, not auto": keys of Fingerprint::recipe whose values are not the same, `theirs`
/// first; empty where there are none.
std::string recipe_difference(const std::string& theirs, const std::string& ours);

}  // namespace tandem
