#include "sort/lint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sort/small_taxonomy.h"

namespace tandem {
namespace {

using tandem_test::taxonomy_of;
using tandem_test::unit;

std::vector<std::string> rules(const std::string& toml) {
  std::vector<std::string> found;
  for (const auto& remark : lint_words(taxonomy_of(toml))) found.push_back(remark.rule);
  return found;
}

using Rules = std::vector<std::string>;

TEST(Lint, AGoodTaxonomyGetsNoRemark) {
  EXPECT_EQ(rules("category = [\"dogs\", \"cats\", \"race cars\", \"glass\", \"an exotic fruit\"]"),
            Rules{});
  EXPECT_EQ(rules("category = [\"a man\", \"a woman\", \"a child\", \"a person\"]"), Rules{});
  EXPECT_EQ(rules("exclusive = false\ncategory = [\"a screenshot\"]"), Rules{});
}

TEST(Lint, EachRuleFindsItsFault) {
  const std::pair<const char*, Rules> cases[] = {
      {"category = [\"dogs\"]", {"single-category"}},
      {"none = false\ncategory = [\"dogs\", \"cats\"]", {"no-none"}},
      {"category = [{name=\"pets\", descriptions=[\"a dog\", \"a dog\"]}, \"cars\"]",
       {"duplicate"}},
      {"category = [{name=\"x\", descriptions=\"a dog\"}, {name=\"y\", descriptions=\"the Dogs\"}]",
       {"duplicate"}},
      {"category = [\"cars\", \"red cars\"]", {"shared-words"}},
      {"exclusive = false\ncategory = [\"cars\", \"red cars\"]", {}},
      {"templates = \"simple\"\ncategory = [{name=\"x\", descriptions=\"a dog\"}, \"cats\"]",
       {"doubled-article"}},
      {"category = [\"streets\", \"streets without people\"]",
       {"shared-words", "negation", "no-child"}},
      {"category = [\"houses\", \"criminals\"]", {"demeaning", "no-neutral-person", "no-child"}},
      {"category = [\"houses\", {name=\"x\", descriptions=\"an illegal immigrant\"}]",
       {"demeaning", "demeaning"}},
      {"category = [\"boys\", \"girls\"]", {"no-neutral-person"}},
      {"category = [\"a man\", \"a woman\"]", {"no-neutral-person", "no-child"}},
      {"category = [\"a teenager\", \"a person\", \"a tree\"]", {"no-child"}},
      {"category = [\"people\", \"children\", \"gorillas\"]", {"people-and-apes"}},
  };
  for (auto [toml, wanted] : cases) {
    auto found = rules(toml);
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(found, wanted) << toml;
  }
}

TEST(Lint, RemarksNameTheLine) {
  const auto remarks =
      lint_words(taxonomy_of("[[category]]\nname = \"houses\"\n\n[[category]]\n"
                             "name = \"thieves\"\ndescriptions = \"a thief\"\n"
                             "[[category]]\nname = \"people\"\n"));
  const auto thief = std::find_if(remarks.begin(), remarks.end(), [](const LintRemark& remark) {
    return remark.sentence.starts_with("\"thief\" in the category \"thieves\"");
  });
  ASSERT_NE(thief, remarks.end());
  EXPECT_EQ(thief->line, 4);
}

// Random directions stand for unrelated words; in 64 dimensions their cosines have a deviation of
// 1/8, so 0.95 is more than seven of them.
TEST(Lint, MeaningsThatTheModelHardlyTellsApartAreFound) {
  std::map<std::string, std::vector<float>> known;
  const auto encode = [&](std::span<const std::string> texts) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (const auto& text : texts) {
      std::vector<float> row(64);
      for (float& value : row) value = normal(random);
      if (text == "a couch") {
        row = known.at("a sofa");
        row[0] += 0.3f;
      }
      known[text] = unit(row);
    }
    return tandem_test::encoder(known, 64)(texts);
  };
  const Taxonomy rivals = taxonomy_of(
      "category = [{name=\"sofas\", descriptions=\"a sofa\"}, \"cars\", {name=\"couches\", "
      "descriptions=[\"a seat\", \"a couch\"]}]");
  const auto remarks = lint_meanings(rivals, encode);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_NE(remarks[0].sentence.find("\"a couch\""), std::string::npos);
  EXPECT_NE(remarks[0].sentence.find("\"a sofa\""), std::string::npos);
  EXPECT_TRUE(lint_meanings(rivals, encode, 100).empty()) << "nothing is as near as that limit";
  const Taxonomy together = taxonomy_of(
      "category = [{name=\"sofas\", descriptions=[\"a sofa\", \"a couch\"]}, \"cars\"]");
  EXPECT_TRUE(lint_meanings(together, encode).empty()) << "synonyms of one category are no fault";
}

TEST(Lint, ContentWordsAreSmallSingularAndWithoutFillers) {
  EXPECT_EQ(content_words("A photo of the Red Cars, in Paris' streets"),
            (Rules{"red", "car", "paris", "street"}));
  EXPECT_EQ(content_words("glass"), Rules{"glass"});
}

}  // namespace
}  // namespace tandem
