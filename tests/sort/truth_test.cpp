#include "sort/truth.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/scratch_folder.h"
#include "sort/small_taxonomy.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;
using tandem_test::taxonomy_of;

const Taxonomy& taxonomy() {
  static const Taxonomy known = taxonomy_of(R"(
[[group]]
name = "subject"
category = ["animals/dogs", "cats"]
[[group]]
name = "about"
exclusive = false
category = ["text", "people"]
)");
  return known;
}

void picture(const ScratchFolder& folder, const std::string& name) {
  std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
  folder.write(name, "");
}

TEST(Labelled, FoldersAreCategories) {
  const ScratchFolder folder;
  for (const char* name : {"animals/dogs/1.JPG", "animals/dogs/spaniels/2.png", "cats/3.webp",
                           "none/4.jpg", "cats/readme.txt", "horses/5.jpg", "6.jpg"})
    picture(folder, name);
  const LabelledSet set = read_labelled(folder.path(), taxonomy());
  ASSERT_EQ(set.pictures.size(), 4u);
  EXPECT_EQ(truth_in(set.pictures[0].truth, 0), std::vector<size_t>{0});
  EXPECT_EQ(truth_in(set.pictures[1].truth, 0), std::vector<size_t>{0});
  EXPECT_EQ(truth_in(set.pictures[2].truth, 0), std::vector<size_t>{1});
  EXPECT_EQ(truth_in(set.pictures[2].truth, 1), std::nullopt) << "says nothing of text";
  EXPECT_EQ(truth_in(set.pictures[3].truth, 1), std::vector<size_t>{});
  ASSERT_EQ(set.remarks.size(), 2u);
  EXPECT_NE(set.remarks[1].find("\"horses\""), std::string::npos);
}

TEST(Labelled, TablesNameSeveralCategoriesOfAPicture) {
  const ScratchFolder folder;
  const auto table = folder.write("t.csv",
                                  "\xef\xbb\xbfpath,who,category\r\na.jpg,me,cats\r\n"
                                  "a.jpg,me,people\r\na.jpg,me,text\r\n\"b,\"\"1.jpg\",me,\r\n");
  const LabelledSet set = read_labelled(table, taxonomy());
  ASSERT_EQ(set.pictures.size(), 2u);
  EXPECT_EQ(set.pictures[0].path, folder.path("a.jpg"));
  EXPECT_EQ(truth_in(set.pictures[0].truth, 1), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(set.pictures[1].path, folder.path("b,\"1.jpg"));
  EXPECT_TRUE(set.pictures[1].truth.none);
}

TEST(Labelled, WrongOnesAreRefusedWithTheNearest) {
  const ScratchFolder folder;
  const std::pair<const char*, const char*> cases[] = {
      {"path,category\na.jpg,cat\n",
       "row 2: \"cat\" is no category of the taxonomy (did you mean cats?)"},
      {"file,category\na.jpg,cats\n", "has no column path"},
      {"path,category\n", "holds no labelled pictures"},
      {"path,category\na.jpg,cats\na.jpg,animals/dogs\n", "exclude each other"},
      {"path,category\na.jpg,cats\na.jpg,none\n", "is labelled none and \"cats\""},
      {"path,category\na.jpg\n", "row 2: has no path and category"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto table = folder.write("t.csv", text);
    const std::string said = refusal([&] { read_labelled(table, taxonomy()); });
    EXPECT_NE(said.find(sentence), std::string::npos) << text << "\n  " << said;
  }
  EXPECT_NE(refusal([&] { read_labelled(folder.path("absent"), taxonomy()); }), "");
}

}  // namespace
}  // namespace tandem
