// The output of a shell's command as a file.
#pragma once

#include <string>

namespace tandem {

/// Runs `sh -c COMMAND` and keeps what it writes in the cache folder, under a name made of the
/// command: the same command is not run again until that file is removed, by however many processes
/// it is asked for. Errors: io where there is no cache, or the command fails: its exit status and
/// the last line of its errors; bad_input where it writes nothing.
std::string spool_pipe(const std::string& command, const std::string& cache);

}  // namespace tandem
