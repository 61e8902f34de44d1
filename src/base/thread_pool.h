// The process's one pool of threads.
#pragma once

#include <cstdint>
#include <functional>

namespace tandem {

/// How many threads parallel_for uses, the caller included: TANDEM_THREADS
/// where set, else the number of CPUs that this process may run on.
int thread_count();

/// Sets thread_count() for the calls that start afterwards. `threads` >= 1.
void set_thread_count(int threads);

/// Calls body(i) once for every i in [0, count), on the calling thread and the
/// pool's, and returns when all are done. Which thread runs which i is not
/// defined, so a body's result must depend on i alone: then the number of
/// threads never changes a bit. Calls from inside a body run serially; calls
/// from several threads at once share the pool. The first exception of a body
/// is thrown again here after the bodies that had begun have ended.
void parallel_for(int64_t count, const std::function<void(int64_t)>& body);

}  // namespace tandem
