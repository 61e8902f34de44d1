// How this process asks the system for memory.
#pragma once

namespace tandem {

/// What is freed is kept and given out again, from now on and in the whole process: for work that
/// takes and frees the same large blocks over and over, where half of the time of writing a new
/// block is the system's, for clearing its pages. The most memory in use stays about the same; none
/// is given back by itself. Nothing where the C library is not glibc.
void keep_freed_memory();

/// Gives back what is kept at the moment: before memory is measured.
void return_freed_memory();

}  // namespace tandem
