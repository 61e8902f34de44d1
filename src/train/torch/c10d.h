// libtorch's c10d under one set of names: what differs between 1.13 and 2.x stands here alone.
// Heavy (it brings all of ATen): for communicator.cpp and peers.cpp.
#pragma once

#if defined(USE_C10D_GLOO) || defined(USE_C10D_NCCL)
#define TANDEM_C10D 1

#include <torch/version.h>

#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif

namespace tandem::torch_train {

#if TORCH_VERSION_MAJOR >= 2
// Since 2.0 a ProcessGroup dispatches to Backends, and Gloo's and NCCL's are such.
using CollectiveGroup = c10d::Backend;
#else
using CollectiveGroup = c10d::ProcessGroup;
#endif

// Makes NCCL's wait() throw in the caller instead of ending the process from a thread of its own.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
inline constexpr const char* kNcclBlockingWait = "TORCH_NCCL_BLOCKING_WAIT";
#else
inline constexpr const char* kNcclBlockingWait = "NCCL_BLOCKING_WAIT";
#endif

}  // namespace tandem::torch_train

#endif
