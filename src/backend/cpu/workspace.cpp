#include "backend/cpu/workspace.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace tandem::cpu {
namespace {

// Sizes are rounded up to one of four steps per power of two, so that a buffer serves the next
// request of about its size.
int64_t size_class(int64_t size) {
  const auto wanted = static_cast<uint64_t>(std::max<int64_t>(size, 1024));
  const uint64_t step = std::bit_floor(wanted) / 4;
  return static_cast<int64_t>((wanted + step - 1) / step * step);
}

}  // namespace

Buffer::~Buffer() {
  if (workspace_) workspace_->give_back(std::move(floats_));
}

Buffer Workspace::take(int64_t size) {
  const int64_t wanted = size_class(size);
  // A first call takes buffers of the right size alone: had a small request taken a large
  // buffer, the large request that comes next would find it taken, now and in every later call.
  const int64_t most = settled_ ? std::numeric_limits<int64_t>::max() : wanted;
  auto best = free_.end();
  for (auto at = free_.begin(); at != free_.end(); ++at) {
    if (at->size() < wanted || at->size() > most) continue;
    // Among equals the last one given back: it is the likeliest to be in a cache.
    if (best == free_.end() || at->size() <= best->size()) best = at;
  }
  if (best == free_.end()) {
    bytes_ += wanted * static_cast<int64_t>(sizeof(float));
    return {this, Floats(wanted)};
  }
  Floats floats = std::move(*best);
  free_.erase(best);
  return {this, std::move(floats)};
}

std::unique_ptr<Workspace> WorkspacePool::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::make_unique<Workspace>();
  auto workspace = std::move(free_.back());
  free_.pop_back();
  return workspace;
}

void WorkspacePool::give_back(std::unique_ptr<Workspace> workspace) {
  workspace->settle();
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(workspace));
}

int64_t WorkspacePool::bytes() const {
  const std::lock_guard lock(mutex_);
  int64_t sum = 0;
  for (const auto& workspace : free_) sum += workspace->bytes();
  return sum;
}

}  // namespace tandem::cpu
