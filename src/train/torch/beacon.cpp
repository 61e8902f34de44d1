// Sockets of the system alone: own addresses, and ports that tell whether a process lives.
#include "train/torch/beacon.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "base/fail.h"

namespace tandem::torch_train {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// `error` is set to what the system says where there are none.
Addresses resolve(const std::string& host, int port, int flags, std::string& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) error = gai_strerror(code);
  return {found, freeaddrinfo};
}

std::string numeric(const sockaddr* address, socklen_t length) {
  char text[NI_MAXHOST] = {};
  getnameinfo(address, length, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
  return text;
}

std::string address_of_interface(const std::string& name) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) all = nullptr;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> kept(all, freeifaddrs);
  for (const int family : {AF_INET, AF_INET6})
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next)
      if (one->ifa_addr != nullptr && one->ifa_addr->sa_family == family && name == one->ifa_name)
        return numeric(one->ifa_addr,
                       family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  fail(ErrorKind::bad_input,
       "GLOO_SOCKET_IFNAME is \"{}\", and this machine has no such interface with an address; "
       "`ip address` lists those that it has",
       name);
}

class Socket {
 public:
  Socket(int family, int type) : number_(::socket(family, type | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  Socket(Socket&& other) noexcept : number_(other.release()) {}
  Socket& operator=(Socket&&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace

std::string own_address_towards(const std::string& host, int port) {
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') return address_of_interface(interface);
  std::string error = "it has no address";
  const Addresses addresses = resolve(host, port, 0, error);
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
    // Nothing is sent: the system only chooses the way.
    const Socket socket(to->ai_family, SOCK_DGRAM);
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    if (socket.number() >= 0 && ::connect(socket.number(), to->ai_addr, to->ai_addrlen) == 0 &&
        ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&own), &length) == 0)
      return numeric(reinterpret_cast<sockaddr*>(&own), length);
  }
  fail(ErrorKind::io, "no way leads from this machine to \"{}\": {}; see that MASTER_ADDR is right",
       host, error);
}

Beacon::Beacon(const std::string& address) {
  std::string error;
  const Addresses addresses = resolve(address, 0, AI_NUMERICHOST | AI_PASSIVE, error);
  if (const addrinfo* at = addresses.get()) {
    Socket socket(at->ai_family, SOCK_STREAM);
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    if (socket.number() >= 0 && ::bind(socket.number(), at->ai_addr, at->ai_addrlen) == 0 &&
        ::listen(socket.number(), SOMAXCONN) == 0 &&
        ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&own), &length) == 0) {
      port_ = ntohs(at->ai_family == AF_INET ? reinterpret_cast<sockaddr_in&>(own).sin_port
                                             : reinterpret_cast<sockaddr_in6&>(own).sin6_port);
      socket_ = socket.release();
      return;
    }
    error = std::strerror(errno);
  }
  fail(ErrorKind::io,
       "this process cannot listen on {}: {}; name another interface by GLOO_SOCKET_IFNAME",
       address, error);
}

Beacon::~Beacon() { ::close(socket_); }

std::vector<uint8_t> listening(const std::vector<Endpoint>& beacons, int timeout_ms) {
  std::vector<Socket> sockets;
  std::vector<pollfd> waiting;  // of negative number: ignored by poll
  for (const auto& [address, port] : beacons) {
    std::string error;
    const Addresses to = resolve(address, port, AI_NUMERICHOST, error);
    sockets.emplace_back(to ? to->ai_family : AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    const bool on_the_way =
        to != nullptr && (::connect(sockets.back().number(), to->ai_addr, to->ai_addrlen) == 0 ||
                          errno == EINPROGRESS);
    waiting.push_back(
        {.fd = on_the_way ? sockets.back().number() : -1, .events = POLLOUT, .revents = 0});
  }
  std::vector<uint8_t> lives(beacons.size());
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  const auto is_left = [](const pollfd& one) { return one.fd >= 0; };
  while (std::any_of(waiting.begin(), waiting.end(), is_left)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left)) <= 0) break;
    for (size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      int result = 0;
      socklen_t length = sizeof(result);
      lives[i] =
          ::getsockopt(waiting[i].fd, SOL_SOCKET, SO_ERROR, &result, &length) == 0 && result == 0;
      waiting[i].fd = -1;
    }
  }
  return lives;
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace tandem::torch_train
