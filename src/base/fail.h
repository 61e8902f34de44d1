// Throwing an Error with a formatted sentence.
#pragma once

#include <fmt/core.h>

#include <utility>

#include "tandem/error.h"

namespace tandem {

/// Throws Error(kind, sentence). The sentence says what, where and the way out,
/// without a leading capital or a final full stop: `cli/` prints it after
/// "tandem: ".
template <class... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> sentence, Args&&... args) {
  throw Error(kind, fmt::format(sentence, std::forward<Args>(args)...));
}

}  // namespace tandem
