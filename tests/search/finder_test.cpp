// Finding in a library: filters, mixtures, and derived files that are stale or damaged.
#include "search/finder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "image/decode.h"
#include "image/resize.h"
#include "index/indexer.h"
#include "index/picture_folder.h"
#include "search/confidence.h"
#include "search/scenes.h"

namespace tandem_test {
namespace {

using namespace tandem;
namespace fs = std::filesystem;

std::string png_of(const Image& image) {
  const RgbImage rgb = to_rgb(image);
  const auto bytes = encode_png(rgb);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void index(const PictureFolder& folder, const Model& model) {
  Library library = Library::open_for_writing(folder.library());
  Indexer indexer(library, model, {}, {});
  indexer.update({folder.root()});
}

/// Twelve scenes, the even ones in a folder of their own and upright.
void fill(const PictureFolder& folder) {
  for (uint32_t i = 0; i < 12; ++i)
    folder.put((i % 2 == 0 ? "even/p" : "p") + std::to_string(i) + ".png",
               png_of(i % 2 == 0 ? scene(i, 40, 60) : scene(i, 60, 40)));
}

std::vector<std::string> names(const std::vector<Finding>& found) {
  std::vector<std::string> result;
  for (const auto& finding : found) result.push_back(fs::path(finding.path).filename().string());
  return result;
}

std::vector<std::string> vector_files(const PictureFolder& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(fs::path(folder.library()).parent_path()))
    if (entry.path().string().find(".vectors-") != std::string::npos)
      found.push_back(entry.path().string());
  return found;
}

FindRequest by_image(const PictureFolder& folder, const std::string& name) {
  return {.images = {folder.at(name)}, .all = true};
}

TEST(Finder, APictureIsNearestToItself) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  for (const auto format : {VectorFormat::f32, VectorFormat::int8}) {
    const Finder finder(library, model, {.format = format});
    const Findings found = finder.find(by_image(folder, "p3.png"));
    ASSERT_EQ(found.pictures.size(), 12u);
    EXPECT_EQ(found.searched, 12);
    EXPECT_EQ(names(found.pictures).front(), "p3.png");
    EXPECT_NEAR(found.pictures.front().cosine, 1, 0.01);
    for (size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(found.pictures[i].rank, static_cast<int>(i) + 1);
      EXPECT_GE(found.pictures[i].confidence, 0);
      EXPECT_LE(found.pictures[i].confidence, 1);
    }
  }
}

TEST(Finder, ShowsWhatIsLikelyAndAllWhereAsked) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  const Finder finder(library, model);
  FindRequest request{.text = "a photo of a cat", .count = 12, .all = true};
  const Findings all = finder.find(request);
  request.all = false;
  const Findings likely = finder.find(request);
  size_t good = 0;
  for (const auto& finding : all.pictures) good += finding.confidence >= kGoodMatch ? 1 : 0;
  EXPECT_EQ(all.pictures.size(), 12u);
  EXPECT_EQ(likely.pictures.size(), good);
  EXPECT_EQ(likely.best, all.best);
  for (const auto& finding : likely.pictures) EXPECT_GE(finding.confidence, kGoodMatch);
}

TEST(Finder, FiltersComeBeforeRanking) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  const Finder finder(library, model);
  FindRequest request = by_image(folder, "p3.png");
  request.count = 2;
  request.filter.path_globs = {"*/even/*"};
  Findings found = finder.find(request);
  EXPECT_EQ(found.searched, 6);
  ASSERT_EQ(found.pictures.size(), 2u);
  for (const auto& finding : found.pictures)
    EXPECT_NE(finding.path.find("/even/"), std::string::npos);
  request.filter = {.orientation = PictureFilter::Orientation::landscape};
  EXPECT_EQ(names(finder.find(request).pictures).front(), "p3.png");
  request.filter = {.min_side = 1000};
  found = finder.find(request);
  EXPECT_EQ(found.searched, 0);
  EXPECT_TRUE(found.pictures.empty());
}

TEST(Finder, WhatIsUnwantedGoesDown) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  const Finder finder(library, model);
  FindRequest request{.text = "a dog", .count = 12, .all = true};
  const Findings plain = finder.find(request);
  request.nots = {"a dog"};
  const Findings without = finder.find(request);
  ASSERT_EQ(without.pictures.size(), 12u);
  for (const auto& finding : without.pictures)
    for (const auto& before : plain.pictures)
      if (before.id == finding.id) {
        EXPECT_LE(finding.confidence, before.confidence);
        EXPECT_EQ(finding.cosine, before.cosine);
      }
  // Asked for and refused at once: no confidence can be above p (1 - p).
  EXPECT_LE(without.best, 0.25);
}

TEST(Finder, ChangesAreSeenAtOnce) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const auto search = [&] {
    const Library library = Library::open(folder.library());
    return Finder(library, model).find(by_image(folder, "p3.png"));
  };
  EXPECT_EQ(search().pictures.size(), 12u);
  folder.put("new.png", png_of(scene(99)));
  index(folder, model);
  EXPECT_EQ(search().pictures.size(), 13u);
  fs::remove(folder.at("new.png"));
  index(folder, model);
  EXPECT_EQ(search().pictures.size(), 12u);
  // Another library under the same name, of the same size.
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(folder.library() + ending);
  fs::remove(folder.at("p3.png"));
  folder.put("other.png", png_of(scene(77)));
  index(folder, model);
  const auto found = names(
      Finder(Library::open(folder.library()), model).find(by_image(folder, "p5.png")).pictures);
  EXPECT_EQ(found.size(), 12u);
  EXPECT_EQ(std::count(found.begin(), found.end(), "other.png"), 1);
}

TEST(Finder, DamagedVectorsAreMadeAgain) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  int made = 0;
  const FinderOptions options{.making = [&](int64_t) { ++made; }};
  const auto wanted =
      names(Finder(library, model, options).find(by_image(folder, "p3.png")).pictures);
  EXPECT_EQ(made, 1);
  Finder(library, model, options);
  EXPECT_EQ(made, 1);
  ASSERT_EQ(vector_files(folder).size(), 1u);
  const std::string path = vector_files(folder).front();
  const std::string whole = read_file(path);
  for (const std::string& damaged :
       {std::string(), whole.substr(0, whole.size() / 2), std::string(whole.size(), 'x')}) {
    write_file(path, damaged);
    EXPECT_EQ(names(Finder(library, model, options).find(by_image(folder, "p3.png")).pictures),
              wanted);
  }
  EXPECT_EQ(made, 4);
}

TEST(Finder, VectorsGoToTheCacheWhereTheFolderRefuses) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const ScratchFolder cache;
  ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  const Library library = Library::open(folder.library());
  const auto wanted = names(Finder(library, model).find(by_image(folder, "p3.png")).pictures);
  // A folder of that name cannot be replaced by a file, whoever asks.
  const std::string path = vector_files(folder).front();
  fs::remove(path);
  fs::create_directories(path + "/in/the/way");
  int made = 0;
  const FinderOptions options{.making = [&](int64_t) { ++made; }};
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(names(Finder(library, model, options).find(by_image(folder, "p3.png")).pictures),
              wanted);
  EXPECT_EQ(made, 1);
  ::unsetenv("XDG_CACHE_HOME");
}

TEST(Finder, RefusesWhatItCannotAnswer) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  index(folder, model);
  const Library library = Library::open(folder.library());
  const Finder finder(library, model);
  EXPECT_NE(refusal([&] { finder.find({}); }), "");
  EXPECT_NE(refusal([&] { finder.find({.text = "a", .nots = std::vector<std::string>(8, "b")}); }),
            "");
  EXPECT_NE(refusal([&] { finder.find({.images = {"/not/there.jpg"}}); }), "");
}

TEST(Finder, SimilarLeavesThePictureOut) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  fill(folder);
  folder.put("copy.png", png_of(scene(3, 60, 40)));
  index(folder, model);
  const Library library = Library::open(folder.library());
  const Finder finder(library, model);
  const auto found = finder.similar(folder.at("p3.png"), 4);
  EXPECT_EQ(found.size(), 4u);
  EXPECT_EQ(names(found).front(), "copy.png");
  EXPECT_NEAR(found.front().cosine, 1, 1e-3);
  EXPECT_EQ(finder.similar(folder.at("p3.png"), 100).size(), 12u);
}

}  // namespace
}  // namespace tandem_test
