// Several processes over loopback in one test: each forked one says one thing and ends.
#pragma once

#include <ATen/Parallel.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "train/torch/communicator.h"

namespace tandem_test {

/// A port that was free a moment ago.
inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(socket);
  return ntohs(address.sin_port);
}

inline std::string said_by(const std::function<std::string()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// Runs `body` in `size` processes that know their places and returns what each of them said, or
/// the sentence that it failed with; "" of one that was killed. A stopped one is killed at the end.
inline std::vector<std::string> run_ranks(
    int size, const std::function<std::string(const tandem::torch_train::ProcessPlace&)>& body) {
  const int port = free_port();
  std::vector<int> pipes;
  std::vector<pid_t> processes;
  for (int rank = 0; rank < size; ++rank) {
    int ends[2];
    if (::pipe(ends) != 0) return {};
    const pid_t process = ::fork();
    if (process == 0) {
      at::set_num_threads(1);  // a pool of threads does not survive fork
      const std::string said =
          said_by([&] { return body({.rank = rank, .size = size, .port = port}); });
      const auto written = ::write(ends[1], said.data(), said.size());
      ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    pipes.push_back(ends[0]);
    processes.push_back(process);
  }
  // Pipes of the stopped stay open: they are killed once all others have ended.
  std::vector<bool> stopped(processes.size());
  for (size_t i = 0; i < processes.size(); ++i) {
    int status = 0;
    ::waitpid(processes[i], &status, WUNTRACED);
    stopped[i] = WIFSTOPPED(status);
  }
  std::vector<std::string> said(processes.size());
  for (size_t i = 0; i < processes.size(); ++i) {
    if (stopped[i]) {
      ::kill(processes[i], SIGKILL);
      ::waitpid(processes[i], nullptr, 0);
    }
    char buffer[4096];
    for (ssize_t count; (count = ::read(pipes[i], buffer, sizeof(buffer))) > 0;)
      said[i].append(buffer, static_cast<size_t>(count));
    ::close(pipes[i]);
  }
  return said;
}

}  // namespace tandem_test
