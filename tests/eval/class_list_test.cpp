#include "eval/class_list.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(ClassList, FindsNamesThenLinesThenNothing) {
  const ClassList classes({"frog", "missile", "2", "missile", "ship"});
  EXPECT_EQ(classes.labels(), (std::vector<std::string>{"frog", "missile", "2", "ship"}));
  EXPECT_EQ(classes.find("ship"), 3u);
  EXPECT_EQ(classes.find("2"), 2u) << "a name goes before a number";
  EXPECT_EQ(classes.find("0"), 0u);
  EXPECT_EQ(classes.find("3"), 1u) << "the second line of one name is the same class";
  EXPECT_EQ(classes.find("4"), 3u);
  for (const char* other : {"5", "-1", "", "1 ", "Frog"})
    EXPECT_EQ(classes.find(other), std::nullopt) << other;
}

}  // namespace
}  // namespace tandem
