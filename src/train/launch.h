// Several processes of this program on one machine, for `train --nproc`.
#pragma once

#include <string>
#include <vector>

namespace tandem {

struct Launch {
  /// What each process is started with: the program's name as it was typed, then its arguments.
  std::vector<std::string> arguments;
  std::string program = "/proc/self/exe";
  int processes = 2;
  int threads = 0;  ///< of each process; 0: the CPUs shared out, at least 1
  /// How long the others may take to end on their own once one has failed.
  double grace_s = 10;
};

struct LaunchOutcome {
  bool interrupted = false;            ///< by a signal that was handed on
  bool failed = false;                 ///< a process did
  std::vector<std::string> sentences;  ///< which and why, where the process could not say it itself
};

/// Starts the processes with RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT (a free one),
/// TANDEM_THREADS and OMP_NUM_THREADS set, and waits for all. SIGINT, SIGTERM and SIGHUP that come
/// meanwhile are handed on. Process 0 has the terminal; what the others say on stderr comes back as
/// sentences. When one fails, the others are asked to end, and ended after `grace_s`. They end with
/// this process, too. Errors: io where a process cannot be started.
LaunchOutcome launch(const Launch& launch);

}  // namespace tandem
