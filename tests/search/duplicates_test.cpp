// Copies of files, of photographs and of moments.
#include "search/duplicates.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "image/decode.h"
#include "image/resize.h"
#include "index/connection.h"
#include "index/indexer.h"
#include "index/picture_folder.h"
#include "index/picture_writes.h"
#include "search/scenes.h"
#include "search/vector_store.h"
#include "search/vectors.h"

namespace tandem_test {
namespace {

using namespace tandem;
namespace fs = std::filesystem;

std::string png_of(const Image& image) {
  const auto bytes = encode_png(to_rgb(image));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void index(const PictureFolder& folder, const Model& model) {
  Library library = Library::open_for_writing(folder.library());
  Indexer indexer(library, model, {}, {});
  indexer.update({folder.root()});
}

void set_time(const PictureFolder& folder, const std::string& name, int64_t seconds) {
  Library library = Library::open_for_writing(folder.library());
  PictureRecord record = *library.picture_at(folder.at(name));
  record.taken_at = seconds;
  Transaction transaction(library.connection().database(), Transaction::Kind::write);
  update_picture(library.connection(), record, 0);
  transaction.commit();
}

/// Kinds and file names, the best first.
using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;

Groups groups_of(const PictureFolder& folder, const Model& model, double similarity) {
  const Library library = Library::open(folder.library());
  const VectorFile vectors = open_vectors(library, library.space_of(model), VectorFormat::f32);
  Groups result;
  for (const auto& group : find_duplicates(library, vectors, {.similarity = similarity})) {
    result.push_back({name_of(group.kind), {}});
    for (const auto& path : group.paths)
      result.back().second.push_back(fs::path(path).filename().string());
  }
  return result;
}

TEST(Duplicates, ExactAndNearWithTheBestFirst) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 1; i <= 6; ++i) folder.put("p" + std::to_string(i) + ".png", png_of(scene(i)));
  folder.put("again/p2.png", png_of(scene(2)));
  folder.put("a_small_p3.png", png_of(resize(scene(3), 120, 80, Filter::lanczos)));
  folder.put("b_big_p3.png", png_of(resize(scene(3), 360, 240, Filter::bicubic)));
  index(folder, model);
  EXPECT_EQ(groups_of(folder, model, 0),
            (Groups{{"exact", {"p2.png", "p2.png"}},
                    {"near", {"b_big_p3.png", "a_small_p3.png", "p3.png"}}}));
}

TEST(Duplicates, TheSharperOfEqualSizesIsBest) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  const Image sharp = scene(4);
  folder.put("a_soft.png",
             png_of(resize(resize(sharp, 168, 112, Filter::bicubic), 240, 160, Filter::bicubic)));
  folder.put("b_sharp.png", png_of(sharp));
  index(folder, model);
  EXPECT_EQ(groups_of(folder, model, 0), (Groups{{"near", {"b_sharp.png", "a_soft.png"}}}));
}

TEST(Duplicates, BurstsAreNearInTimeAndNoCopies) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 1; i <= 5; ++i) folder.put("p" + std::to_string(i) + ".png", png_of(scene(i)));
  folder.put("p1_small.png", png_of(resize(scene(1), 120, 80, Filter::lanczos)));
  index(folder, model);
  set_time(folder, "p1.png", 1000);
  set_time(folder, "p1_small.png", 1000);
  set_time(folder, "p2.png", 1002);
  set_time(folder, "p3.png", 1005);
  set_time(folder, "p4.png", 1009);
  // p5 has no time.
  const Groups groups = groups_of(folder, model, 0);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0], (Groups::value_type{"near", {"p1.png", "p1_small.png"}}));
  EXPECT_EQ(groups[1].first, "burst");
  auto burst = groups[1].second;
  std::sort(burst.begin(), burst.end());
  EXPECT_EQ(burst, (std::vector<std::string>{"p1.png", "p2.png", "p3.png"}));
  // Embeddings that are not near make no burst.
  EXPECT_EQ(groups_of(folder, model, 1), Groups{});
}

TEST(Duplicates, APictureThatIsGoneIsNamed) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 1; i <= 3; ++i) folder.put("p" + std::to_string(i) + ".png", png_of(scene(i)));
  index(folder, model);
  fs::remove(folder.at("p2.png"));
  const Library library = Library::open(folder.library());
  const VectorFile vectors = open_vectors(library, library.space_of(model), VectorFormat::f32);
  std::vector<std::string> faults;
  find_duplicates(library, vectors, {.similarity = 0, .on_bad = [&](const std::string& fault) {
                                       faults.push_back(fault);
                                     }});
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults.front().find("p2.png"), std::string::npos);
}

TEST(Duplicates, AFileThatIsGoneIsNeverTheBest) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (const char* name : {"a.png", "b.png", "c.png"}) folder.put(name, png_of(scene(1)));
  index(folder, model);
  fs::remove(folder.at("a.png"));
  EXPECT_EQ(groups_of(folder, model, 0), (Groups{{"exact", {"b.png", "c.png"}}}));
  fs::remove(folder.at("b.png"));
  EXPECT_EQ(groups_of(folder, model, 0), Groups{});
}

TEST(Duplicates, TheThresholdIsBetweenOtherPicturesAndOne) {
  const ScratchFolder folder;
  EXPECT_NEAR(near_similarity(file_of(folder.path("v"), random_embeddings(100, 64, 1))), 0.75,
              0.02);
  EXPECT_NEAR(near_similarity(file_of(folder.path("v"), random_embeddings(2, 64, 1))), 0.875, 1e-9);
}

}  // namespace
}  // namespace tandem_test
