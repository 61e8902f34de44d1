// Many processes as one: what the trainer needs of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>

namespace tandem::torch_train {

/// Collective calls: every rank makes the same ones in the same order, with tensors of the same
/// shape and type, on the communicator's device. Nothing is differentiated. Error: io, naming the
/// peer that has ended or that did not come within the time-out; every later call says the same.
/// To be destroyed before the process ends: the others notice at once.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// The ranks' tensors one after the other along the first axis; scalars as a vector.
  virtual at::Tensor all_gather(const at::Tensor& mine) = 0;
  /// The sum over ranks, in place; the same bits on every rank.
  virtual void all_reduce_sum(at::Tensor& tensor) = 0;
  /// Rank 0's.
  virtual void broadcast(at::Tensor& tensor) = 0;
  virtual void barrier() = 0;
  /// Until rank 0 has called it too, however long that takes while rank 0 lives: it measures and
  /// saves alone.
  virtual void wait_for_leader() = 0;
};

/// The sum over ranks of each tensor, in place, gathered in buckets: few calls for many small
/// gradients. The same bits on every rank.
void all_reduce_sum(Communicator& communicator, std::span<at::Tensor> tensors);

/// One process: every call is free.
std::unique_ptr<Communicator> single_process();

/// What the environment asks for, the first that is there: torchrun's RANK, WORLD_SIZE, LOCAL_RANK,
/// MASTER_ADDR, MASTER_PORT; Open MPI's OMPI_COMM_WORLD_RANK and so on; Slurm's SLURM_PROCID,
/// SLURM_NTASKS, SLURM_LOCALID. MASTER_ADDR and MASTER_PORT count under all three; without them the
/// port is derived from the job's number, and the address is the first node of Slurm's list, or
/// this machine where all of Open MPI's processes are on it. size 1: nothing of it.
struct ProcessPlace {
  int rank = 0, size = 1, local_rank = 0;
  std::string address = "127.0.0.1";
  int port = 0;
};
/// Error: bad_input for variables that are missing, no numbers, or contradict each other.
ProcessPlace place_from_environment();

/// c10d: Gloo for "cpu", NCCL for "cuda". Blocks until all have come. `timeout_s` (1 to 1e6) is
/// for them to come, and later for each call. The network is the one that leads to place.address;
/// GLOO_SOCKET_IFNAME names another interface. Errors: io naming the ranks that did not come,
/// unsupported where libtorch's parts for the device are not built in.
std::unique_ptr<Communicator> connect(const ProcessPlace& place, const at::Device& device,
                                      int64_t timeout_s);

}  // namespace tandem::torch_train
