#include "sort/taxonomy.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "sort/small_taxonomy.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::taxonomy_of;

constexpr const char* kWhole = R"(
templates = ["a photo of {}.", "a drawing of {}."]

[[group]]
name = "subject"
threshold = 0.4
temperature = 2
none = ["something else"]

  [[group.category]]
  name = "animals/dogs"
  descriptions = ["a dog", "a puppy"]

  [[group.category]]
  name = "cats"
  threshold = 0.7

[[group]]
name = "about"
exclusive = false

  [[group.category]]
  name = "screenshots"
  descriptions = "a screenshot"
  not = "a photograph"
)";

TEST(Taxonomy, EveryKeyIsRead) {
  const Taxonomy taxonomy = taxonomy_of(kWhole);
  ASSERT_EQ(taxonomy.groups.size(), 2u);
  EXPECT_EQ(taxonomy.category_count(), 3u);
  EXPECT_EQ(taxonomy.templates.texts.size(), 2u);
  const CategoryGroup& subject = taxonomy.groups[0];
  EXPECT_EQ(subject.none, std::vector<std::string>{"something else"});
  EXPECT_EQ(subject.threshold, 0.4);
  EXPECT_EQ(subject.temperature, 2);
  EXPECT_TRUE(subject.exclusive);
  EXPECT_EQ(subject.categories[0].descriptions, (std::vector<std::string>{"a dog", "a puppy"}));
  EXPECT_EQ(subject.categories[1].descriptions, std::vector<std::string>{"cats"});
  EXPECT_EQ(subject.categories[1].threshold, 0.7);
  EXPECT_EQ(subject.categories[1].line, 14);
  EXPECT_FALSE(taxonomy.groups[1].exclusive);
  EXPECT_EQ(taxonomy.groups[1].categories[0].counterparts,
            std::vector<std::string>{"a photograph"});
}

TEST(Taxonomy, TheShortestFormIsAListOfNames) {
  const Taxonomy taxonomy = taxonomy_of("category = [\"dogs\", {name = \"wild/cats\"}]");
  ASSERT_EQ(taxonomy.groups.size(), 1u);
  EXPECT_EQ(taxonomy.groups[0].name, "category");
  EXPECT_EQ(taxonomy.groups[0].none, neutral_words());
  EXPECT_EQ(taxonomy.groups[0].categories[1].descriptions, std::vector<std::string>{"cats"});
}

TEST(Taxonomy, ErrorsNameFileLineKeyAndTheWayOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"[[category]]\nname = \"a\"\ndescription = \"b\"",
       "pets.toml: line 3: description is no key here (did you mean descriptions?)"},
      {"templtes = \"simple\"\n[[category]]\nname = \"a\"",
       "line 1: templtes is no key here (did you "
       "mean templates?)"},
      {"[[group]]\nname = \"g\"\nexclusiv = true",
       "line 3: exclusiv is no key here (did you mean "
       "exclusive?)"},
      {"category = 3", "line 1: category: 3 stands where a list of tables is expected"},
      {"[[category]]\nname = \"a\"\nthreshold = 1.5",
       "line 3: threshold: 1.5 stands where a number from 0 to 1 is expected"},
      {"[[category]]\nname = \"a\"\nthreshold = nan", "threshold: nan stands where"},
      {"temperature = 0\n[[category]]\nname = \"a\"", "temperature: 0 stands where"},
      {"[[category]]\nname = \"\"", "line 2: name: is empty"},
      {"[[category]]\nname = \"../up\"", "does not begin with a letter or a digit"},
      {"[[category]]\nname = \"a/../up\"", "has a part that is empty, or begins with a dot"},
      {"[[category]]\nname = \"a//b\"", "has a part that is empty"},
      {"[[category]]\nname = \"=HYPERLINK(1)\"", "does not begin with a letter or a digit"},
      {"[[category]]\nname = \"a|b\"", "holds a control character"},
      {"[[category]]\nname = \"a\\u0007b\"", "holds a control character"},
      {"[[category]]\nname = \"none\"", "means pictures that fit no category"},
      {"[[category]]\nname = \"x/none/y\"", "means pictures that fit no category"},
      {"[[category]]\ndescriptions = \"a\"", "the category's name \"\" is empty"},
      {"[[category]]\nname = \"a\"\n[[category]]\nname = \"a\"",
       "line 3: a category \"a\" is in line 1 already"},
      {"[[group]]\nname = \"g\"\n[[group]]\nname = \"g\"\ncategory = [\"b\"]", "has no categories"},
      {"[[group]]\nname = \"g\"\ncategory = [\"a\"]\n[[group]]\nname = \"g\"\ncategory = [\"b\"]",
       "line 4: a group \"g\" is in line 1 already"},
      {"[[group]]\ncategory = [\"a\"]", "line 1: the group has no name"},
      {"", "holds no categories"},
      {"[[category]]\nname = \"a\"\nnot = \"b\"", "needs none"},
      {"exclusive = false\nnone = \"x\"\ncategory = [\"a\"]",
       "none belongs to groups that exclude"},
      {"templates = [\"a photo\"]\ncategory = [\"a\"]",
       "\"a photo\" has no {} for the description"},
      {"templates = \"nothing\"\ncategory = [\"a\"]", "line 1: templates: "},
      {"category = [\"a\"", "pets.toml: line 1: is no TOML"},
  };
  for (const auto& [toml, sentence] : cases) {
    const std::string said = refusal([&toml = toml] { taxonomy_of(toml); });
    EXPECT_NE(said.find(sentence), std::string::npos) << toml << "\n  " << said;
    EXPECT_TRUE(said.starts_with("pets.toml")) << said;
  }
}

TEST(Taxonomy, ATemplateFileStandsBesideIt) {
  const tandem_test::ScratchFolder folder;
  folder.write("own.txt", "a sketch of {}.\n");
  const auto path = folder.write("t.toml", "templates = \"own.txt\"\ncategory = [\"a\"]\n");
  EXPECT_EQ(read_taxonomy(path).templates.texts, std::vector<std::string>{"a sketch of {}."});
}

TEST(Taxonomy, TheDigestIsThatOfTheWords) {
  const std::string before = digest_of(taxonomy_of(kWhole));
  std::string text = kWhole;
  text.replace(text.find("threshold = 0.7"), 15, "threshold = 0.9 # mine");
  EXPECT_EQ(digest_of(taxonomy_of(text)), before);
  text.replace(text.find("a puppy"), 7, "a whelp");
  EXPECT_NE(digest_of(taxonomy_of(text)), before);
}

}  // namespace
}  // namespace tandem
