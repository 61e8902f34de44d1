#include "train/torch/communicator.h"

#include <ATen/core/grad_mode.h>

#include "base/fail.h"
#include "train/torch/peers.h"

#ifdef TANDEM_C10D
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cstdlib>
#endif

namespace tandem::torch_train {
namespace {

class SingleProcess final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  at::Tensor all_gather(const at::Tensor& mine) override {
    return mine.dim() == 0 ? mine.detach().reshape({1}) : mine.detach();
  }
  void all_reduce_sum(at::Tensor&) override {}
  void broadcast(at::Tensor&) override {}
  void barrier() override {}
  void wait_for_leader() override {}
};

}  // namespace

std::unique_ptr<Communicator> single_process() { return std::make_unique<SingleProcess>(); }

#ifdef TANDEM_C10D
namespace {

using std::chrono::milliseconds;

// The first line of what c10d or Gloo says, without the place in their sources.
std::string cause_of(const std::exception& error) {
  std::string text = error.what();
  text = text.substr(0, text.find('\n'));
  if (text.starts_with('[') && text.find("] ") != std::string::npos)
    text = text.substr(text.find("] ") + 2);
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  return text;
}

bool is_timeout(const std::string& cause) {
  return cause.find("imed out") != std::string::npos || cause.find("imeout") != std::string::npos;
}

class Group final : public Communicator {
 public:
  Group(const ProcessPlace& place, c10::intrusive_ptr<CollectiveGroup> group,
        std::unique_ptr<Peers> peers, const at::Device& device, int64_t timeout_s)
      : place_(place),
        timeout_s_(timeout_s),
        device_(device),
        peers_(std::move(peers)),
        group_(std::move(group)) {}

  int rank() const override { return place_.rank; }
  int size() const override { return place_.size; }

  at::Tensor all_gather(const at::Tensor& mine) override {
    const at::NoGradGuard no_gradients;
    const at::Tensor part = (mine.dim() == 0 ? mine.reshape({1}) : mine).contiguous();
    auto shape = part.sizes().vec();
    shape[0] *= size();
    const at::Tensor all = at::empty(shape, part.options());
    if (all.numel() == 0) return all;
    std::vector<at::Tensor> parts{part};
    std::vector<std::vector<at::Tensor>> places{all.split(part.size(0))};
    complete("all_gather", [&] { return group_->allgather(places, parts); });
    return all;
  }

  void all_reduce_sum(at::Tensor& tensor) override {
    in_place("all_reduce_sum", tensor,
             [&](std::vector<at::Tensor>& tensors) { return group_->allreduce(tensors); });
  }

  void broadcast(at::Tensor& tensor) override {
    in_place("broadcast", tensor,
             [&](std::vector<at::Tensor>& tensors) { return group_->broadcast(tensors); });
  }

  // NCCL's own would have to guess the device.
  void barrier() override {
    std::vector<at::Tensor> one{at::zeros({1}, at::TensorOptions(at::kFloat).device(device_))};
    complete("barrier", [&] { return group_->allreduce(one); });
  }

  void wait_for_leader() override {
    if (!lost_.empty()) throw Error(ErrorKind::io, lost_);
    const int64_t turn = turns_++;
    if (rank() == 0) return peers_->end_turn(turn);
    if (peers_->wait_for_turn(turn)) return;
    group_.reset();
    lost_ = fmt::format(
        "rank 0 of {} has ended while the others waited for it; start all of them again from the "
        "last checkpoint",
        size());
    throw Error(ErrorKind::io, lost_);
  }

 private:
  template <class Start>
  void in_place(const char* call, at::Tensor& tensor, const Start& start) {
    const at::NoGradGuard no_gradients;
    if (tensor.numel() == 0) return;
    std::vector<at::Tensor> tensors{tensor.contiguous()};
    complete(call, [&] { return start(tensors); });
    if (!tensors[0].is_same(tensor)) tensor.copy_(tensors[0]);
  }

  template <class Start>
  void complete(const char* call, const Start& start) {
    if (!lost_.empty()) throw Error(ErrorKind::io, lost_);
    std::string cause;
    try {
      start()->wait();
      return;
    } catch (const std::exception& error) {
      cause = cause_of(error);
    }
    peers_->announce_failure(is_timeout(cause));
    group_.reset();
    const std::string missing = peers_->who_is_missing();
    if (missing.empty())
      lost_ = fmt::format("{} failed between {} processes: {}", call, size(), cause);
    else
      lost_ = fmt::format("{}: {} cannot be completed ({} seconds are the time-out)", missing, call,
                          timeout_s_);
    lost_ += "; start all of them again from the last checkpoint";
    throw Error(ErrorKind::io, lost_);
  }

  ProcessPlace place_;
  int64_t timeout_s_;
  at::Device device_;
  int64_t turns_ = 0;
  std::string lost_;  // what every call says once one has failed
  std::unique_ptr<Peers> peers_;
  c10::intrusive_ptr<CollectiveGroup> group_;
};

// Where the processes meet; rank 0 keeps it.
c10::intrusive_ptr<c10d::Store> meeting_point(const ProcessPlace& place, milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place.port);
  options.isServer = place.rank == 0;
  options.numWorkers = static_cast<size_t>(place.size);
  options.waitWorkers = false;  // who did not come is found out by name
  options.timeout = timeout;
  try {
    return c10::make_intrusive<c10d::TCPStore>(place.address, options);
  } catch (const std::exception& error) {
    if (place.rank == 0)
      fail(ErrorKind::io, "rank 0 cannot listen on port {} ({}); choose a free one by MASTER_PORT",
           place.port, cause_of(error));
    fail(
        ErrorKind::io,
        "rank {} of {} did not find rank 0 at {}, port {}, within {} seconds ({}); see that rank 0 "
        "was started, and that MASTER_ADDR and MASTER_PORT lead to it",
        place.rank, place.size, place.address, place.port, timeout.count() / 1000, cause_of(error));
  }
}

c10::intrusive_ptr<CollectiveGroup> gloo_group(const c10::intrusive_ptr<c10d::Store>& store,
                                               const ProcessPlace& place,
                                               const std::string& address, milliseconds timeout) {
#ifdef USE_C10D_GLOO
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
  options->threads = 1;
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, options);
#else
  (void)store, (void)place, (void)address, (void)timeout;
  fail(ErrorKind::unsupported,
       "this libtandem-torch.so was built without Gloo's headers, and processes on CPUs need them; "
       "install libgloo-dev and build again");
#endif
}

c10::intrusive_ptr<CollectiveGroup> nccl_group(const c10::intrusive_ptr<c10d::Store>& store,
                                               const ProcessPlace& place, milliseconds timeout) {
#ifdef USE_C10D_NCCL
  ::setenv(kNcclBlockingWait, "1", /*overwrite=*/0);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, place.rank, place.size, options);
#else
  (void)store, (void)place, (void)timeout;
  fail(ErrorKind::unsupported,
       "this libtandem-torch.so was built without NCCL's headers, and processes on GPUs need them; "
       "build it against a PyTorch with CUDA, with nccl.h where the compiler finds it");
#endif
}

}  // namespace

std::unique_ptr<Communicator> connect(const ProcessPlace& place, const at::Device& device,
                                      int64_t timeout_s) {
  if (place.size == 1) return single_process();
  if (place.port < 1 || place.port > 65535 || place.rank < 0 || place.rank >= place.size)
    fail(ErrorKind::bad_input, "process {} of {} cannot meet the others at port {}", place.rank,
         place.size, place.port);
  const milliseconds timeout(timeout_s * 1000);
  // What follows a failure has its share of the time.
  const milliseconds call_timeout = std::max(timeout - 3 * kGrace, timeout / 2);
  const std::string address = own_address_towards(place.address, place.port);
  auto store = meeting_point(place, timeout);
  auto peers = std::make_unique<Peers>(store, place.rank, place.size, address, timeout);
  try {
    auto group = device.is_cuda() ? nccl_group(store, place, call_timeout)
                                  : gloo_group(store, place, address, call_timeout);
    return std::make_unique<Group>(place, std::move(group), std::move(peers), device, timeout_s);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorKind::io,
         "rank {} of {} could not connect to the others from {} ({}); name the network interface "
         "between them by GLOO_SOCKET_IFNAME",
         place.rank, place.size, address, cause_of(error));
  }
}

#else  // no c10d

std::unique_ptr<Communicator> connect(const ProcessPlace& place, const at::Device&, int64_t) {
  if (place.size == 1) return single_process();
  fail(ErrorKind::unsupported,
       "this libtandem-torch.so was built without Gloo's headers, so that one process trains; "
       "install libgloo-dev and build again, or start one process");
}

#endif

}  // namespace tandem::torch_train
