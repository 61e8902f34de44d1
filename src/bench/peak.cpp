#include "bench/peak.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/isa.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Runs body on `threads` threads of its own and returns the seconds until the last ends.
template <class Body>
double timed_on_threads(int threads, Body body) {
  std::vector<std::thread> all;
  const auto start = Clock::now();
  for (int i = 0; i < threads; ++i) all.emplace_back(body, i);
  for (auto& thread : all) thread.join();
  return seconds_since(start);
}

struct FmaKernel {
  float (*run)(long);
  double flops_a_round;
};

FmaKernel fma_kernel() {
#if defined(__x86_64__)
  if (chosen_isa() == Isa::avx512) return {kernels::fma_rounds_avx512, 2.0 * 12 * 16};
  if (chosen_isa() == Isa::avx2) return {kernels::fma_rounds_avx2, 2.0 * 12 * 8};
#endif
  return {kernels::fma_rounds_plain, 2.0 * 12 * 4};
}

}  // namespace

namespace kernels {

float fma_rounds_plain(long rounds) {
  std::array<float, 48> sums{};
  for (long i = 0; i < rounds; ++i)
    for (float& sum : sums) sum = sum * 0.999f + 0.001f;
  float total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

}  // namespace kernels

double peak_gflops(int threads) {
  const auto kernel = fma_kernel();
  std::atomic<float> sink = 0;
  constexpr long kRounds = 4'000'000;
  double best = 0;
  // The best of several: the limit is what the machine can do when nobody disturbs it.
  for (int repeat = 0; repeat < 5; ++repeat) {
    const double seconds = timed_on_threads(threads, [&](int) { sink = kernel.run(kRounds); });
    best = std::max(best, kernel.flops_a_round * kRounds * threads / seconds / 1e9);
  }
  return best;
}

double read_bandwidth(int threads) {
  constexpr size_t kWords = size_t{32} << 20;  // 256 MB a thread: above any last-level cache
  std::vector<std::vector<uint64_t>> memory(static_cast<size_t>(threads));
  for (auto& part : memory) part.assign(kWords, 1);
  std::atomic<uint64_t> sink = 0;
  double best = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const double seconds = timed_on_threads(threads, [&](int i) {
      uint64_t sums[8] = {};
      const auto& part = memory[static_cast<size_t>(i)];
      for (size_t at = 0; at < kWords; at += 8)
        for (size_t lane = 0; lane < 8; ++lane) sums[lane] += part[at + lane];
      for (const uint64_t sum : sums) sink += sum;
    });
    best = std::max(best, static_cast<double>(kWords) * 8 * threads / seconds / 1e9);
  }
  return best;
}

}  // namespace tandem
