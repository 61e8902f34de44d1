// Many processes as one: what the trainer needs of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

namespace tandem::torch_train {

/// Collective calls: every rank makes the same ones in the same order. Errors: io, naming the
/// peer or the time-out, where one is lost.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// The ranks' tensors (of one shape) one after the other along the first axis.
  virtual at::Tensor all_gather(const at::Tensor& mine) = 0;
  /// The sum over ranks, in place; the same bits on every rank.
  virtual void all_reduce_sum(at::Tensor& tensor) = 0;
  /// Rank 0's.
  virtual void broadcast(at::Tensor& tensor) = 0;
  virtual void barrier() = 0;
};

/// One process: every call is free.
std::unique_ptr<Communicator> single_process();

/// What the environment asks for: torchrun's RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR,
/// MASTER_PORT; Slurm's SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID; Open MPI's OMPI_COMM_WORLD_RANK
/// and so on (the last two with MASTER_ADDR and MASTER_PORT, or a port derived from the job's
/// number). size 1: nothing of it.
struct ProcessPlace {
  int rank = 0, size = 1, local_rank = 0;
  std::string address = "127.0.0.1";
  int port = 0;
};
/// Error: bad_input for numbers that contradict each other.
ProcessPlace place_from_environment();

/// c10d: Gloo for "cpu", NCCL for "cuda". Blocks until all have come. Error: io after timeout_s.
std::unique_ptr<Communicator> connect(const ProcessPlace& place, const at::Device& device,
                                      int64_t timeout_s);

}  // namespace tandem::torch_train
