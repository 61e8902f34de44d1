// What users write for many files: brace ranges and globs.
#pragma once

#include <string>
#include <vector>

namespace tandem {

/// "a-{08..11}.tar" is a-08.tar to a-11.tar, with as many digits as the first number has;
/// "{cat,dog}.tar" is both; several braces give all combinations, the last turning fastest. Other
/// braces stay as they are. Errors: bad_input for a range that runs backwards, limit for more than
/// a million paths.
std::vector<std::string> expand_braces(const std::string& pattern);
/// Ranges of numbers alone: in a shell's command, lists are the shell's.
std::vector<std::string> expand_ranges(const std::string& pattern);

/// Braces, then globs (*, ?, [...]; sorted by name). A path that exists as it is stays. Errors: io
/// where a glob finds nothing; as expand_braces.
std::vector<std::string> expand_paths(const std::string& pattern);

}  // namespace tandem
