// A process' sign of life: a port that is open as long as the process lives, whatever it is busy
// with, because the system answers for it. Plain sockets: knows nothing of libtorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::torch_train {

/// The address by which this machine reaches `host`: of the interface GLOO_SOCKET_IFNAME where
/// that is set, else of the one that the system would send by. Errors: io where the host is not
/// known, bad_input for an interface without an address.
std::string own_address_towards(const std::string& host, int port);

class Beacon {
 public:
  /// Listens on a numeric address. Error: io.
  explicit Beacon(const std::string& address);
  ~Beacon();
  Beacon(const Beacon&) = delete;
  Beacon& operator=(const Beacon&) = delete;
  int port() const { return port_; }

 private:
  int socket_ = -1, port_ = 0;
};

/// Where a beacon listens.
struct Endpoint {
  std::string address;
  int port = 0;
};
/// 1 for each whose process lives; a machine that does not answer within timeout_ms counts as lost.
std::vector<uint8_t> listening(const std::vector<Endpoint>& beacons, int timeout_ms);

/// Reached from its own machine alone.
bool is_loopback(const std::string& address);

}  // namespace tandem::torch_train
