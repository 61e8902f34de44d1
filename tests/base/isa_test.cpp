#include "base/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tandem/error.h"

namespace tandem {
namespace {

// chosen_isa() reads the environment once a process, so each story has its own:
// the child exits 0 where it chose `isa`, 3 where it was refused.
void choose_and_exit(const char* wish, const char* isa) {
  setenv("TANDEM_ISA", wish, 1);
  try {
    std::_Exit(std::string(name_of(chosen_isa())) == isa ? 0 : 1);
  } catch (const Error& error) {
    std::_Exit(error.kind() == ErrorKind::unsupported ? 3 : 2);
  }
}

TEST(Isa, TheVariableForcesAnAvailableSet) {
  EXPECT_EXIT(choose_and_exit("scalar", "scalar"), testing::ExitedWithCode(0), "");
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    EXPECT_EXIT(choose_and_exit(name_of(isa), name_of(isa)),
                testing::ExitedWithCode(isa_available(isa) ? 0 : 3), "")
        << name_of(isa);
  }
}

TEST(Isa, AnUnknownNameIsRefused) {
  EXPECT_EXIT(choose_and_exit("sse9", ""), testing::ExitedWithCode(3), "");
}

TEST(Isa, WithoutAWishTheBestAvailableIsTaken) {
  const char* best = "scalar";
  for (const Isa isa : {Isa::neon, Isa::avx2, Isa::avx512}) {
    if (isa_available(isa)) best = name_of(isa);
  }
  EXPECT_EXIT(choose_and_exit("", best), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tandem
