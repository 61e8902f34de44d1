// libtorch counts a machine's cores by a library of its own, now and then wrongly, and from its
// first parallel region on; what enters the library through its doors says ours.
#include <gtest/gtest.h>

#include "backend/torch/border.h"

namespace {

class OurThreads : public testing::Environment {
  void SetUp() override { tandem::torch_backend::use_our_threads(); }
};

const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new OurThreads);

}  // namespace
