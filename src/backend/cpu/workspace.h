// The memory that activations live in: buffers that are used again and again.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "kernels/floats.h"

namespace tandem::cpu {

class Workspace;

/// A lease of one of a workspace's buffers; gives it back when it dies.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Workspace* workspace, Floats floats) : workspace_(workspace), floats_(std::move(floats)) {}
  Buffer(Buffer&& other) noexcept
      : workspace_(std::exchange(other.workspace_, nullptr)), floats_(std::move(other.floats_)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(workspace_, other.workspace_);
    std::swap(floats_, other.floats_);
    return *this;
  }
  ~Buffer();

  float* data() { return floats_.data(); }

 private:
  Workspace* workspace_ = nullptr;
  Floats floats_;
};

/// The buffers of one call at a time. The same sequence of requests, or one of smaller sizes,
/// is served a second time without new memory.
class Workspace {
 public:
  /// A buffer of at least `size` floats, not initialised.
  Buffer take(int64_t size);
  void give_back(Floats floats) { free_.push_back(std::move(floats)); }
  /// A call has ended: from now on a request may be served by a much larger buffer.
  void settle() { settled_ = true; }
  /// Bytes of all buffers that were ever made.
  int64_t bytes() const { return bytes_; }

 private:
  std::vector<Floats> free_;
  bool settled_ = false;
  int64_t bytes_ = 0;
};

/// What the calls of one encoder share: as many workspaces as there were ever calls at once.
class WorkspacePool {
 public:
  std::unique_ptr<Workspace> take();
  void give_back(std::unique_ptr<Workspace> workspace);
  /// Bytes of the workspaces that no call holds now.
  int64_t bytes() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

}  // namespace tandem::cpu
