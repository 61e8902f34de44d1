#include "zero_shot/templates.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "zero_shot/imagenet_classes.h"

namespace tandem {
namespace {

struct TemplateFile {
  explicit TemplateFile(const std::string& text) {
    path = (std::filesystem::temp_directory_path() / "tandem_templates_test.txt").string();
    std::ofstream(path) << text;
  }
  ~TemplateFile() { std::filesystem::remove(path); }
  std::string path;
};

TEST(TemplateSets, BuiltInOnesHaveTheirSizesAndOnePlaceEach) {
  const std::pair<const char*, size_t> sets[] = {
      {"none", 1}, {"simple", 1}, {"openai7", 7}, {"openai80", 80}};
  for (const auto& [name, size] : sets) {
    const auto templates = Templates::named(name);
    EXPECT_EQ(templates.texts.size(), size) << name;
    for (const auto& text : templates.texts) EXPECT_NE(text.find("{}"), std::string::npos) << text;
  }
  EXPECT_EQ(Templates::named("simple").texts[0], "a photo of a {}.");
}

TEST(TemplateSets, AFileHasOneALine) {
  const TemplateFile file("a drawing of a {}\r\n\n{} and {}\n");
  EXPECT_EQ(Templates::named(file.path).texts,
            (std::vector<std::string>{"a drawing of a {}", "{} and {}"}));
}

TEST(TemplateSets, AFileWithoutAPlaceForTheLabelIsRefusedByLine) {
  const TemplateFile file("a {}\na picture\n");
  try {
    Templates::named(file.path);
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
  }
}

TEST(TemplateSets, FillingRunsOverLabelsFirst) {
  const std::vector<std::string> labels = {"cat", "{}"};  // a label is never a template
  EXPECT_EQ(fill(labels, {"two", {"a {}", "{}, {}"}}),
            (std::vector<std::string>{"a cat", "cat, cat", "a {}", "{}, {}"}));
}

TEST(ImagenetClasses, AreAThousandNamesOfWhichTwoStandTwice) {
  const auto names = imagenet_classes();
  EXPECT_EQ(names.size(), 1000u);
  const std::set<std::string> different(names.begin(), names.end());
  EXPECT_GE(different.size(), 998u);
}

}  // namespace
}  // namespace tandem
