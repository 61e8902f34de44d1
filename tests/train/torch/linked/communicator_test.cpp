// Several processes over loopback: what they compute together, and what the others say when one
// of them is lost.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "tandem/error.h"
#include "train/torch/linked/forked_ranks.h"

namespace tandem_test {
namespace {

using namespace tandem::torch_train;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Said = std::vector<std::string>;

std::string text_of(const at::Tensor& tensor) {
  std::string text;
  const at::Tensor values = tensor.reshape({-1}).to(at::kDouble);
  for (int64_t i = 0; i < values.numel(); ++i)
    text += std::to_string(values[i].item<double>()) + " ";
  return text;
}

std::string bits_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  return {static_cast<const char*>(values.data_ptr()), values.nbytes()};
}

testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
}

std::unique_ptr<Communicator> connected(const ProcessPlace& place, int64_t timeout_s = 30) {
  return connect(place, at::kCPU, timeout_s);
}

TEST(Communicator, GathersInTheOrderOfRanks) {
  const auto said = run_ranks(3, [](const ProcessPlace& place) {
    const auto c = connected(place);
    const at::Tensor rows = at::full({2, 1}, place.rank, at::kFloat);
    return text_of(c->all_gather(rows)) + "| " + text_of(c->all_gather(rows.sum()));
  });
  EXPECT_EQ(said, Said(3,
                       "0.000000 0.000000 1.000000 1.000000 2.000000 2.000000 | "
                       "0.000000 2.000000 4.000000 "));
}

TEST(Communicator, SumsToTheSameBitsOnEveryRank) {
  for (const int size : {2, 3}) {
    const auto said = run_ranks(size, [](const ProcessPlace& place) {
      const auto c = connected(place);
      at::manual_seed(static_cast<uint64_t>(place.rank));
      at::Tensor values = at::rand({1001}), turned = at::rand({7, 5}).t();
      c->all_reduce_sum(values);
      c->all_reduce_sum(turned);
      return bits_of(values) + bits_of(turned);
    });
    double expected = 0;
    for (int rank = 0; rank < size; ++rank) {
      at::manual_seed(static_cast<uint64_t>(rank));
      expected += at::rand({1001})[0].item<float>();
    }
    float first = 0;
    std::memcpy(&first, said[0].data(), sizeof(first));
    EXPECT_NEAR(first, expected, size * 1e-7);
    EXPECT_EQ(said[0].size(), (1001 + 35) * sizeof(float));
    EXPECT_TRUE(said == Said(said.size(), said[0])) << size;
  }
}

TEST(Communicator, ManyTensorsAreSummedInBuckets) {
  const auto said = run_ranks(2, [](const ProcessPlace& place) {
    const auto c = connected(place);
    // Of two types, of more than a bucket together, a scalar and an empty one among them.
    std::vector<at::Tensor> tensors;
    for (int i = 0; i < 8; ++i)
      tensors.push_back(at::full({1000, 800}, i + place.rank, at::kFloat));
    tensors.push_back(at::full({}, place.rank + 1, at::kFloat));
    tensors.push_back(at::full({0, 3}, 1, at::kFloat));
    tensors.push_back(at::full({3, 2}, place.rank + 1, at::kDouble).t());
    all_reduce_sum(*c, tensors);
    std::string text;
    for (const auto& tensor : tensors)
      text += tensor.numel() == 0 ? "- " : text_of(at::stack({tensor.min(), tensor.max()}));
    return text;
  });
  std::string expected;
  for (int i = 0; i < 8; ++i) {
    const std::string sum = std::to_string(2.0 * i + 1) + " ";
    expected += sum + sum;
  }
  EXPECT_EQ(said, Said(2, expected + "3.000000 3.000000 - 3.000000 3.000000 "));
}

TEST(Communicator, BroadcastsRankZero) {
  const auto said = run_ranks(3, [](const ProcessPlace& place) {
    const auto c = connected(place);
    at::Tensor values = at::arange(3, at::kLong) + 10 * (place.rank + 1);
    c->broadcast(values);
    return text_of(values);
  });
  EXPECT_EQ(said, Said(3, "10.000000 11.000000 12.000000 "));
}

TEST(Communicator, NobodyLeavesABarrierBeforeTheLastHasCome) {
  const auto said = run_ranks(3, [](const ProcessPlace& place) {
    const auto c = connected(place);
    c->barrier();
    const auto start = steady_clock::now();
    if (place.rank == 1) std::this_thread::sleep_for(milliseconds(300));
    c->barrier();
    return std::string(steady_clock::now() - start >= milliseconds(250) ? "waited" : "did not");
  });
  EXPECT_EQ(said, Said(3, "waited"));
}

TEST(Communicator, OneProcessNeedsNobody) {
  const auto c = connect({}, at::kCPU, 1);
  at::Tensor values = at::arange(3, at::kFloat);
  c->all_reduce_sum(values);
  c->broadcast(values);
  c->barrier();
  EXPECT_EQ(c->size(), 1);
  EXPECT_EQ(c->rank(), 0);
  EXPECT_TRUE(at::equal(c->all_gather(values), at::arange(3, at::kFloat)));
  EXPECT_EQ(c->all_gather(values.sum()).dim(), 1);
}

// Says what a call failed with, what the next one says, and how long both took together.
std::string failures_of(Communicator& communicator, milliseconds at_most) {
  const auto start = steady_clock::now();
  at::Tensor values = at::arange(100000, at::kFloat);
  const auto call = [&] {
    return said_by([&] {
      communicator.all_reduce_sum(values);
      return std::string("no failure");
    });
  };
  const std::string first = call(), second = call();
  if (first != second) return "two sentences: " + first + " | " + second;
  return steady_clock::now() - start < at_most ? first : "too late: " + first;
}

TEST(Communicator, AKilledPeerIsNamedAtOnce) {
  for (const int victim : {0, 2}) {
    const auto said = run_ranks(3, [victim](const ProcessPlace& place) {
      const auto c = connected(place, /*timeout_s=*/60);
      c->barrier();
      if (place.rank == victim) ::raise(SIGKILL);
      return failures_of(*c, milliseconds(5000));
    });
    for (int rank = 0; rank < 3; ++rank)
      if (rank != victim) {
        // Without rank 0, which keeps what they tell each other, the faster one that has ended by
        // now is named too.
        EXPECT_TRUE(has(said[rank], victim == 2 ? "rank 2 of 3 (on " : "0"));
        EXPECT_TRUE(has(said[rank], " ended: all_reduce_sum cannot be completed"));
      }
  }
}

TEST(Communicator, WhoIsStillBusyIsNotBlamedForTheDead) {
  const auto said = run_ranks(3, [](const ProcessPlace& place) {
    const auto c = connected(place, /*timeout_s=*/60);
    c->barrier();
    if (place.rank == 2) ::raise(SIGKILL);
    if (place.rank == 0) std::this_thread::sleep_for(milliseconds(1500));
    return failures_of(*c, milliseconds(5000));
  });
  EXPECT_TRUE(has(said[0], "rank 2 of 3"));
  EXPECT_TRUE(has(said[1], "rank 2 of 3"));
}

TEST(Communicator, ASilentPeerIsNamedAfterTheTimeOut) {
  for (const int silent : {0, 1}) {
    const auto said = run_ranks(3, [silent](const ProcessPlace& place) {
      const auto c = connected(place, /*timeout_s=*/3);
      c->barrier();
      if (place.rank == silent) ::raise(SIGSTOP);
      // The last comes later than the first and so is cut off before its own time is up.
      if (place.rank == 2) std::this_thread::sleep_for(milliseconds(300));
      return failures_of(*c, milliseconds(3000 + 500));
    });
    for (int rank = 0; rank < 3; ++rank)
      if (rank != silent) {
        EXPECT_TRUE(has(said[rank], "rank " + std::to_string(silent) + " of 3 (on "));
        EXPECT_TRUE(has(said[rank], "did not come"));
        EXPECT_TRUE(has(said[rank], "3 seconds"));
      }
  }
}

TEST(Communicator, WhoNeverConnectsIsNamed) {
  for (const int absent : {0, 1}) {
    const auto said = run_ranks(3, [absent](const ProcessPlace& place) {
      if (place.rank == absent) return std::string();
      // A peer that asks before rank 0 listens asks again after a second or so.
      connected(place, /*timeout_s=*/absent == 0 ? 1 : 4);
      return std::string("connected");
    });
    const std::string expected =
        absent == 0 ? "did not find rank 0 at 127.0.0.1" : "rank 1 of 3 did not come within 4 sec";
    for (int rank = 0; rank < 3; ++rank)
      if (rank != absent && (absent == 0 || rank == 0)) {
        EXPECT_TRUE(has(said[rank], expected));
      }
  }
}

TEST(Communicator, ATakenPortIsASentence) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  socklen_t length = sizeof(address);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  const int port = ntohs(address.sin_port);
  const auto said = run_ranks(1, [port](const ProcessPlace&) {
    connected({.rank = 0, .size = 2, .port = port}, /*timeout_s=*/1);
    return std::string("connected");
  });
  ::close(socket);
  EXPECT_TRUE(has(said[0], "rank 0 cannot listen on port " + std::to_string(port)));
  EXPECT_TRUE(has(said[0], "MASTER_PORT"));
}

}  // namespace
}  // namespace tandem_test
