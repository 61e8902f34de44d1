#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tandem {
namespace {

class ThreadPool : public ::testing::Test {
 protected:
  void SetUp() override { set_thread_count(4); }
};

TEST_F(ThreadPool, EveryIndexIsCalledOnce) {
  std::vector<std::atomic<int>> calls(1000);
  parallel_for(1000, [&](int64_t i) { ++calls[i]; });
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

TEST_F(ThreadPool, ABodyThatThrowsEndsTheCallWithItsException) {
  EXPECT_THROW(parallel_for(100,
                            [](int64_t i) {
                              if (i == 42) throw std::runtime_error("42");
                            }),
               std::runtime_error);
}

TEST_F(ThreadPool, NestedCallsRunWithoutDeadlock) {
  std::atomic<int> calls = 0;
  parallel_for(8, [&](int64_t) { parallel_for(8, [&](int64_t) { ++calls; }); });
  EXPECT_EQ(calls, 64);
}

TEST_F(ThreadPool, ManyCallersShareIt) {
  std::atomic<int> calls = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) parallel_for(16, [&](int64_t) { ++calls; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(calls, 8 * 50 * 16);
}

}  // namespace
}  // namespace tandem
