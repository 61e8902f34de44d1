#include "backend/cpu/peak.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/thread_pool.h"

namespace tandem::cpu {
namespace {

constexpr int kTries = 20;
constexpr int64_t kRounds = 400'000;  // about ten milliseconds

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Peak measure_peak(const Kernels& kernels, int threads) {
  Peak peak;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    std::atomic<int64_t> operations = 0;
    std::atomic<double> cpu_time = 0;
    const auto begin = std::chrono::steady_clock::now();
    parallel_for(threads, [&](int64_t) {
      float sink = 0;
      const double start = cpu_seconds();
      operations += kernels.multiply_adds(kRounds, &sink);
      cpu_time += cpu_seconds() - start;
    });
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    const auto done = static_cast<double>(operations.load());
    peak.per_second = std::max(peak.per_second, done / wall.count());
    peak.per_cpu_second = std::max(peak.per_cpu_second, done / cpu_time.load());
  }
  return peak;
}

}  // namespace tandem::cpu
