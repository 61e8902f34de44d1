#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tandem {
namespace {

// One parallel_for: threads take indices until none is left.
struct Job {
  int64_t count;
  const std::function<void(int64_t)>* body;
  int helpers_wanted;
  std::atomic<int64_t> next{0};
  int helpers_inside = 0;  // guarded by Pool::mutex_
  std::exception_ptr error{};
  std::mutex error_mutex{};

  void work() {
    for (int64_t i = next++; i < count; i = next++) {
      try {
        (*body)(i);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next = count;
      }
    }
  }
};

thread_local bool inside_job = false;

class Pool {
 public:
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void run(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      while (static_cast<int>(threads_.size()) < job.helpers_wanted)
        threads_.emplace_back([this] { serve(); });
      jobs_.push_back(&job);
    }
    wake_.notify_all();
    inside_job = true;
    job.work();
    inside_job = false;
    std::unique_lock lock(mutex_);
    std::erase(jobs_, &job);
    done_.wait(lock, [&] { return job.helpers_inside == 0; });
  }

 private:
  void serve() {
    inside_job = true;
    std::unique_lock lock(mutex_);
    while (true) {
      Job* job = nullptr;
      wake_.wait(lock, [&] { return stopping_ || (job = open_job()) != nullptr; });
      if (stopping_) return;
      ++job->helpers_inside;
      lock.unlock();
      job->work();
      lock.lock();
      if (--job->helpers_inside == 0) done_.notify_all();
    }
  }

  Job* open_job() {
    for (Job* job : jobs_)
      if (job->helpers_inside < job->helpers_wanted && job->next < job->count) return job;
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<Job*> jobs_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

int default_threads() {
  if (const char* wanted = std::getenv("TANDEM_THREADS"); wanted && std::atoi(wanted) > 0)
    return std::atoi(wanted);
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

std::atomic<int>& threads_setting() {
  static std::atomic<int> threads{default_threads()};
  return threads;
}

}  // namespace

int thread_count() { return threads_setting(); }

void set_thread_count(int threads) { threads_setting() = std::max(1, threads); }

void parallel_for(int64_t count, const std::function<void(int64_t)>& body) {
  const auto helpers = static_cast<int>(std::min<int64_t>(thread_count(), count)) - 1;
  if (inside_job || helpers <= 0) {
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  Job job{.count = count, .body = &body, .helpers_wanted = helpers};
  pool().run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace tandem
