#include "train/torch/thread_ranks.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fail.h"

namespace tandem::torch_train {
namespace {

/// Where ranks meet: each brings a tensor and sees all.
class Meeting {
 public:
  explicit Meeting(int ranks) : brought_(static_cast<size_t>(ranks)) {}

  std::vector<at::Tensor> exchange(int rank, const at::Tensor& mine) {
    std::unique_lock lock(mutex_);
    brought_[static_cast<size_t>(rank)] = mine.defined() ? mine.detach().clone() : mine;
    wait_for_all(lock);
    std::vector<at::Tensor> all = brought_;
    wait_for_all(lock);  // nobody brings the next before all have seen these
    return all;
  }

  void break_up() {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    all_came_.notify_all();
  }

 private:
  void wait_for_all(std::unique_lock<std::mutex>& lock) {
    const int64_t round = round_;
    if (++here_ == brought_.size()) {
      here_ = 0;
      ++round_;
      all_came_.notify_all();
    }
    all_came_.wait(lock, [&] { return round_ != round || broken_; });
    if (round_ == round) fail(ErrorKind::io, "another rank of this process has failed");
  }

  std::mutex mutex_;
  std::condition_variable all_came_;
  std::vector<at::Tensor> brought_;
  size_t here_ = 0;
  int64_t round_ = 0;
  bool broken_ = false;
};

class ThreadRank final : public Communicator {
 public:
  ThreadRank(Meeting& meeting, int rank, int size) : meeting_(meeting), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  at::Tensor all_gather(const at::Tensor& mine) override {
    return at::cat(meeting_.exchange(rank_, mine));
  }
  void all_reduce_sum(at::Tensor& tensor) override {
    const at::NoGradGuard no_graph;
    const auto all = meeting_.exchange(rank_, tensor);
    at::Tensor sum = all[0];
    for (size_t rank = 1; rank < all.size(); ++rank) sum = sum + all[rank];
    tensor.copy_(sum);
  }
  void broadcast(at::Tensor& tensor) override {
    const at::NoGradGuard no_graph;
    tensor.copy_(meeting_.exchange(rank_, tensor)[0]);
  }
  void barrier() override { meeting_.exchange(rank_, {}); }
  void wait_for_leader() override { barrier(); }

 private:
  Meeting& meeting_;
  int rank_, size_;
};

}  // namespace

void run_ranks(int ranks, const std::function<void(Communicator&)>& body) {
  Meeting meeting(ranks);
  std::mutex mutex;
  std::exception_ptr first;
  const auto run = [&](int rank) {
    ThreadRank communicator(meeting, rank, ranks);
    try {
      body(communicator);
    } catch (...) {
      {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
      meeting.break_up();
    }
  };
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) threads.emplace_back(run, rank);
  for (auto& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace tandem::torch_train
