#include "data/path_patterns.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"

using namespace tandem;
using tandem_test::refusal;

namespace {

using Paths = std::vector<std::string>;

TEST(PathPatterns, BracesStandForEveryCombinationTheLastTurningFastest) {
  EXPECT_EQ(expand_braces("a-{08..10}.tar"), (Paths{"a-08.tar", "a-09.tar", "a-10.tar"}));
  EXPECT_EQ(expand_braces("{x,y}/{1..2}"), (Paths{"x/1", "x/2", "y/1", "y/2"}));
  EXPECT_EQ(expand_braces("a{5..5}b{c,}d"), (Paths{"a5bcd", "a5bd"}));
  EXPECT_EQ(expand_braces("{x}{y"), (Paths{"{x}{y"}));
  EXPECT_EQ(expand_ranges("{x,y}{1..2}"), (Paths{"{x,y}1", "{x,y}2"}));
}

TEST(PathPatterns, ManyBracesOfOneChoiceAreOnePath) {
  std::string pattern, path;
  for (int i = 0; i < 200'000; ++i) {
    pattern += "{7..7}";
    path += "7";
  }
  EXPECT_EQ(expand_braces(pattern), Paths{path});
}

TEST(PathPatterns, RefusalsNameThePatternWithoutItsControlCharacters) {
  const std::string pattern = std::string(1, '\0') + "a{9..3}";
  EXPECT_EQ(refusal([&] { expand_braces(pattern); }).find("?a{9..3}: "), 0u);
  EXPECT_NE(refusal([] { expand_braces("{1..1000}{1..1000}{a,b}"); }).find("1000000 paths"),
            std::string::npos);
}

}  // namespace
