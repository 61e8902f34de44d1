#include "data/pipe.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "data/printable.h"

namespace tandem {
namespace {

struct Descriptor {
  int file = -1;
  ~Descriptor() { close(); }
  void close() {
    if (file >= 0) ::close(file);
    file = -1;
  }
};

[[noreturn]] void fail_for(const std::string& command, const std::string& what) {
  fail(ErrorKind::io, "pipe:{}: {}; try the command in a shell", printable(command), what);
}

/// A shell at work in a group of its own, which ends with this object.
class Shell {
 public:
  /// Its output is read from `output`; its errors go to `errors`.
  Shell(const std::string& command, Descriptor& output, int errors) {
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_for(command, std::strerror(errno));
    output.file = ends[0];
    Descriptor write_end{ends[1]};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, write_end.file, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const char* arguments[] = {"sh", "-c", command.c_str(), nullptr};
    const int failed = ::posix_spawn(&pid_, "/bin/sh", &actions, &attributes,
                                     const_cast<char* const*>(arguments), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
      pid_ = -1;
      fail_for(command, std::strerror(failed));
    }
  }
  ~Shell() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    wait();
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// As waitpid says it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

/// Copies all that comes; returns how many bytes.
uint64_t copy(int from, AtomicFile& to, const std::string& command) {
  std::string part(1 << 16, '\0');
  uint64_t bytes = 0;
  while (true) {
    check_interrupt();
    pollfd waiting{from, POLLIN, 0};
    constexpr int kLookEveryMs = 200;  // whether the user wants to end
    if (::poll(&waiting, 1, kLookEveryMs) <= 0) continue;
    const ssize_t got = ::read(from, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_for(command, std::strerror(errno));
    if (got == 0) return bytes;
    to.write(std::string_view(part).substr(0, static_cast<size_t>(got)));
    bytes += static_cast<uint64_t>(got);
  }
}

/// The last line that is not empty, in brackets.
std::string last_line(int file) {
  constexpr off_t kTail = 4096;
  const off_t size = ::lseek(file, 0, SEEK_END);
  std::string text(kTail, '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), std::max<off_t>(0, size - kTail));
  text.resize(static_cast<size_t>(std::max<ssize_t>(0, got)));
  text.erase(text.find_last_not_of(" \r\n\t") + 1);
  if (text.empty()) return {};
  return " (" + printable(text.substr(text.rfind('\n') + 1)) + ")";
}

void run(const std::string& command, const std::string& path) {
  const std::string errors_path = path + ".errors";
  const Descriptor errors{
      ::open(errors_path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (errors.file < 0) fail_for(command, std::strerror(errno));
  ::unlink(errors_path.c_str());
  AtomicFile spool(path);
  Descriptor output;
  Shell shell(command, output, errors.file);
  const uint64_t bytes = copy(output.file, spool, command);
  const int status = shell.wait();
  if (WIFSIGNALED(status))
    fail_for(command,
             fmt::format("was ended by signal {}{}", WTERMSIG(status), last_line(errors.file)));
  if (WEXITSTATUS(status) != 0)
    fail_for(command, fmt::format("ended with exit status {}{}", WEXITSTATUS(status),
                                  last_line(errors.file)));
  if (bytes == 0)
    fail(ErrorKind::bad_input, "pipe:{}: wrote nothing{}; try the command in a shell",
         printable(command), last_line(errors.file));
  spool.commit();
}

}  // namespace

std::string spool_pipe(const std::string& command, const std::string& cache) {
  if (cache.empty())
    fail(ErrorKind::io,
         "pipe:{}: there is no cache folder to keep its output in; name one that can be written",
         printable(command));
  const std::string path = cache + "/pipe-" + digest_of(command) + ".tar";
  const Descriptor lock{::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
  while (lock.file >= 0 && ::flock(lock.file, LOCK_EX) != 0 && errno == EINTR) check_interrupt();
  if (!std::filesystem::exists(path)) run(command, path);
  return path;
}

}  // namespace tandem
