// What several verbs refuse, and foreign words as people see them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tandem::cli {

/// For options: a share (CLI::Range would take "nan" for one), and the name of a file or model (""
/// is what a script gives whose variable is not set).
CLI::Validator from_0_to_1();
CLI::Validator not_empty();

/// Error: bad_input where `out` is the file `input`, which is read. `what`: "library".
void keep_apart(const std::string& out, const std::string& input, const std::string& what);

/// A foreign name or text for people: control characters, which terminals obey, become "?".
std::string printable(std::string text);

/// "tandem: sentence" on stderr, on one line. That nobody hears it is no failure.
void say(const std::string& sentence);

}  // namespace tandem::cli
