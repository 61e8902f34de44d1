// Who writes a library for long: one process, and the second is told so.
#pragma once

#include <string>

namespace tandem {

/// Held while it lives: an advisory lock on FILE.lock, which the system frees however the process
/// ends, and which is removed at the end. Error: io where another process holds it.
class WriteLock {
 public:
  explicit WriteLock(const std::string& file);
  ~WriteLock();
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace tandem
