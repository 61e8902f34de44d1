// Where indices and the output of pipes are kept.
#pragma once

#include <string>

namespace tandem {

/// The folder, made where it is missing: `wanted`, or for "" $XDG_CACHE_HOME/tandem/data or
/// ~/.cache/tandem/data. "" where it cannot be made and none was asked for by name; io where one
/// was.
std::string make_cache_folder(const std::string& wanted);

}  // namespace tandem
