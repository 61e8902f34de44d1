#include "train/launch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>

#include "base/fail.h"
#include "base/thread_pool.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostProcesses = 1024;
constexpr size_t kTailBytes = 4096;  // of a process' last words
constexpr int kInterruptedCode = 130;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct Process {
  pid_t id = -1;
  int status = 0;
  std::unique_ptr<std::FILE, CloseFile> words;  // stderr of all but process 0
  bool running() const { return id > 0; }
};

// One that was free a moment ago.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool bound = socket >= 0 && ::bind(socket, plain, length) == 0 &&
                     ::getsockname(socket, plain, &length) == 0;
  if (socket >= 0) ::close(socket);
  if (!bound) fail(ErrorKind::io, "no free port of 127.0.0.1 was found ({})", std::strerror(errno));
  return ntohs(address.sin_port);
}

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// Signals wait for sigtimedwait while this lives.
class SignalsHeld {
 public:
  SignalsHeld() {
    const sigset_t set = waited_signals();
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_;
};

// The environment of one process: this one's, with the names that launchers give.
std::vector<std::string> environment_of(const Launch& launch, int rank, int port) {
  const int threads =
      launch.threads > 0 ? launch.threads : std::max(1, thread_count() / launch.processes);
  std::vector<std::string> own = {fmt::format("RANK={}", rank),
                                  fmt::format("LOCAL_RANK={}", rank),
                                  fmt::format("WORLD_SIZE={}", launch.processes),
                                  "MASTER_ADDR=127.0.0.1",
                                  fmt::format("MASTER_PORT={}", port),
                                  fmt::format("TANDEM_THREADS={}", threads),
                                  fmt::format("OMP_NUM_THREADS={}", threads)};
  const size_t count = own.size();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('=') + 1);
    if (std::none_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const std::string& ours) { return ours.starts_with(name); }))
      own.push_back(text);
  }
  return own;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (auto& text : texts) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

// In the child, where only what is safe after a fork may be called.
void become(const Launch& launch, char** arguments, char** environment, int words, pid_t parent,
            const sigset_t& mask) {
  ::setpgid(0, 0);  // a terminal's Ctrl-C comes through the launcher, once
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  if (words >= 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(words, STDERR_FILENO);
  }
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execve(launch.program.c_str(), arguments, environment);
  ::_exit(127);
}

Process start(const Launch& launch, int rank, int port, const sigset_t& mask) {
  Process process;
  if (rank > 0) {
    process.words.reset(std::tmpfile());
    if (!process.words)
      fail(ErrorKind::io, "no temporary file can be made ({}); make room", std::strerror(errno));
  }
  auto arguments = launch.arguments;
  auto environment = environment_of(launch, rank, port);
  const auto argument_list = pointers(arguments);
  const auto environment_list = pointers(environment);
  const int words = process.words ? ::fileno(process.words.get()) : -1;
  const pid_t parent = ::getpid();
  process.id = ::fork();
  if (process.id == 0)
    become(launch, const_cast<char**>(argument_list.data()),
           const_cast<char**>(environment_list.data()), words, parent, mask);
  if (process.id < 0)
    fail(ErrorKind::io, "process {} cannot be started ({}); start fewer", rank,
         std::strerror(errno));
  return process;
}

// The last sentence that a process left, without "tandem: ".
std::string last_words(std::FILE* file) {
  if (file == nullptr || std::fseek(file, 0, SEEK_END) != 0) return {};
  const long size = std::ftell(file);
  std::fseek(file, std::max<long>(0, size - static_cast<long>(kTailBytes)), SEEK_SET);
  std::string tail(kTailBytes, '\0');
  tail.resize(std::fread(tail.data(), 1, tail.size(), file));
  std::istringstream lines(tail);
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) last = line;
  return last.starts_with("tandem: ") ? last.substr(8) : last;
}

std::string ending_of(const Process& process, int rank, int processes) {
  const std::string who = fmt::format("process {} of {}", rank, processes);
  if (WIFSIGNALED(process.status))
    return fmt::format("{} was ended by signal {} ({}); go on with --resume latest", who,
                       WTERMSIG(process.status), ::strsignal(WTERMSIG(process.status)));
  const std::string words = last_words(process.words.get());
  if (!words.empty()) return fmt::format("{}: {}", who, words);
  if (rank == 0) return {};  // it has the terminal
  return fmt::format("{} ended with code {}; go on with --resume latest", who,
                     WEXITSTATUS(process.status));
}

class Group {
 public:
  explicit Group(const Launch& launch) : launch_(launch) {
    const int port = free_port();
    for (int rank = 0; rank < launch.processes; ++rank)
      processes_.push_back(start(launch, rank, port, held_.before()));
  }
  ~Group() {
    signal_all(SIGKILL);
    for (auto& process : processes_)
      if (process.running()) ::waitpid(process.id, nullptr, 0);
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  LaunchOutcome wait() {
    while (reap()) {
      const sigset_t set = waited_signals();
      const timespec at_most{.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = ::sigtimedwait(&set, nullptr, &at_most);
      if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) hand_on(signal);
      if (outcome_.failed && Clock::now() > deadline_) signal_all(SIGKILL);
    }
    return std::move(outcome_);
  }

 private:
  void hand_on(int signal) {
    outcome_.interrupted = true;
    signal_all(signal);
  }

  void signal_all(int signal) {
    for (const auto& process : processes_)
      if (process.running()) ::kill(process.id, signal);
  }

  // Takes note of those that have ended; false when all have.
  bool reap() {
    bool running = false;
    for (size_t rank = 0; rank < processes_.size(); ++rank) {
      auto& process = processes_[rank];
      if (!process.running()) continue;
      if (::waitpid(process.id, &process.status, WNOHANG) != process.id) {
        running = true;
        continue;
      }
      process.id = -1;
      note(process, static_cast<int>(rank));
    }
    return running;
  }

  // The first that fails is the reason; the others follow from it.
  void note(const Process& process, int rank) {
    const bool done = WIFEXITED(process.status) && WEXITSTATUS(process.status) == 0;
    const bool asked = outcome_.interrupted && WIFEXITED(process.status) &&
                       WEXITSTATUS(process.status) == kInterruptedCode;
    if (done || asked || outcome_.failed) return;
    outcome_.failed = true;
    if (auto sentence = ending_of(process, rank, launch_.processes); !sentence.empty())
      outcome_.sentences.push_back(std::move(sentence));
    deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(launch_.grace_s));
    signal_all(SIGTERM);
  }

  const Launch& launch_;
  const SignalsHeld held_;
  std::vector<Process> processes_;
  LaunchOutcome outcome_;
  Clock::time_point deadline_;
};

}  // namespace

LaunchOutcome launch(const Launch& launch) {
  if (launch.processes < 1 || launch.processes > kMostProcesses)
    fail(ErrorKind::bad_input, "{} processes cannot be started; choose 1 to {}", launch.processes,
         kMostProcesses);
  return Group(launch).wait();
}

}  // namespace tandem
