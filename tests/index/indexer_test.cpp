// Libraries follow their folders.
#include "index/indexer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/care.h"
#include "index/index_run.h"
#include "index/picture_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::index;
using tandem_test::noise_png;
using tandem_test::PictureFolder;
using tandem_test::refusal;
using tandem_test::Report;

PictureRecord record_of(const PictureFolder& folder, const std::string& name) {
  const auto record = Library::open(folder.library()).picture_at(folder.at(name));
  EXPECT_TRUE(record) << name;
  return record.value_or(PictureRecord());
}

/// Gives a file another time, so that it looks changed.
void touch(const std::string& path, int64_t seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

TEST(Indexer, ANewFolderIsEncodedAsTheModelDoes) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 0; i < 40; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  const Report run = index(folder, model);
  EXPECT_EQ(run.summary.added, 40);
  EXPECT_EQ(run.summary.embedded, 40);
  EXPECT_TRUE(run.failures.empty());

  const Library library = Library::open(folder.library());
  const LibrarySpace space = library.space_of(model);
  EXPECT_EQ(space.pictures, 40);
  EXPECT_TRUE(space.complete);
  EXPECT_EQ(space.width, model.embed_dim());
  int seen = 0;
  library.for_each_embedding(space, [&](int64_t id, std::span<const float> values) {
    const auto exact = model.encode_image(library.picture(id).path);
    double dot = 0;
    for (size_t i = 0; i < values.size(); ++i) dot += double{values[i]} * exact[i];
    EXPECT_NEAR(dot, 1, 1e-6);
    ++seen;
  });
  EXPECT_EQ(seen, 40);
}

TEST(Indexer, ASecondRunHasNothingToDo) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  folder.put("b.png", 2);
  index(folder, model);
  const int64_t generation = Library::open(folder.library()).space_of(model).generation;
  const Report run = index(folder, model);
  EXPECT_EQ(run.summary.unchanged, 2);
  EXPECT_EQ(run.summary.embedded, 0);
  EXPECT_EQ(Library::open(folder.library()).space_of(model).generation, generation);
}

TEST(Indexer, ChangedContentIsEncodedAgainAndATouchedFileIsNot) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  folder.put("b.png", 2);
  index(folder, model);
  const auto before = record_of(folder, "a.png");
  folder.put("a.png", 3);
  touch(folder.at("a.png"), 1000);
  touch(folder.at("b.png"), 1000);
  const Report run = index(folder, model);
  EXPECT_EQ(run.summary.changed, 1);
  EXPECT_EQ(run.summary.embedded, 1);
  const auto after = record_of(folder, "a.png");
  EXPECT_EQ(after.id, before.id);
  EXPECT_NE(after.hash, before.hash);
  EXPECT_EQ(record_of(folder, "b.png").modified_ns, 1000'000'000'000);
  EXPECT_EQ(index(folder, model).summary.unchanged, 2);
}

TEST(Indexer, AMovedPictureKeepsItsRowAndACopyGetsTheSameEmbedding) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  folder.put("b.png", 2);
  index(folder, model);
  const int64_t id = record_of(folder, "a.png").id;
  fs::create_directories(folder.at("deep"));
  fs::rename(folder.at("a.png"), folder.at("deep/renamed.png"));
  fs::copy_file(folder.at("b.png"), folder.at("copy.png"));
  const Report run = index(folder, model);
  EXPECT_EQ(run.summary.moved, 1);
  EXPECT_EQ(run.summary.added, 1);
  EXPECT_EQ(run.summary.deleted, 0);
  EXPECT_EQ(run.summary.embedded, 0);
  EXPECT_EQ(record_of(folder, "deep/renamed.png").id, id);
  EXPECT_EQ(Library::open(folder.library()).space_of(model).pictures, 3);
}

TEST(Indexer, DeletedFilesGoButOnlyBelowTheFoldersGiven) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("one/a.png", 1);
  folder.put("one/b.png", 2);
  folder.put("two/c.png", 3);
  index(folder, model);
  fs::remove(folder.at("one/a.png"));
  fs::remove(folder.at("two/c.png"));
  EXPECT_EQ(index(folder, model, {}, {folder.at("one")}).summary.deleted, 1);
  const Library library = Library::open(folder.library());
  EXPECT_FALSE(library.picture_at(folder.at("one/a.png")));
  EXPECT_TRUE(library.picture_at(folder.at("two/c.png")));
}

TEST(Indexer, AMissingOrEmptyFolderDeletesNothing) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("disk/a.png", 1);
  folder.put("b.png", 2);
  index(folder, model);
  fs::remove(folder.at("disk/a.png"));
  const Report empty = index(folder, model, {}, {folder.at("disk")});
  EXPECT_EQ(empty.summary.deleted, 0);
  ASSERT_EQ(empty.failures.size(), 1u);
  EXPECT_NE(empty.failures[0].find("as if its disk were not mounted"), std::string::npos);
  fs::remove(folder.at("disk"));
  const Report missing = index(folder, model, {}, {folder.at("disk")});
  EXPECT_EQ(missing.summary.deleted, 0);
  ASSERT_EQ(missing.failures.size(), 1u);
  EXPECT_NE(missing.failures[0].find("is not there, so its 1 pictures stay"), std::string::npos);
  EXPECT_EQ(Library::open(folder.library()).picture_count(), 2);
}

TEST(Indexer, ManyMissingPicturesAreHeldBackUntilSaid) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 0; i < 25; ++i) folder.put("disk/p" + std::to_string(i) + ".png", i);
  for (uint32_t i = 100; i < 130; ++i) folder.put("q" + std::to_string(i) + ".png", i);
  index(folder, model);
  for (const auto& entry : fs::directory_iterator(folder.at("disk"))) fs::remove(entry);
  fs::remove(folder.at("q100.png"));
  // Less than half, but a folder that is empty now, as a place to mount a disk is.
  const Report held = index(folder, model);
  EXPECT_EQ(held.summary.deleted, 1);
  EXPECT_EQ(held.failures.size(), 1u);
  EXPECT_EQ(index(folder, model, {.prune = true}).summary.deleted, 25);
  for (uint32_t i = 101; i < 125; ++i) fs::remove(folder.at("q" + std::to_string(i) + ".png"));
  EXPECT_EQ(index(folder, model).summary.deleted, 0);  // more than half
  EXPECT_EQ(index(folder, model, {.prune = true}).summary.deleted, 24);
}

TEST(Indexer, AFailureIsRememberedUntilTheFileChanges) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("good.png", 1);
  folder.put("bad.png", std::string("no picture"));
  folder.put("cut.png", noise_png(2, 200, 200).substr(0, 3000));
  folder.put("empty.jpg", std::string());
  const Report first = index(folder, model);
  EXPECT_EQ(first.summary.failed, 3);
  EXPECT_EQ(first.summary.added, 1);
  EXPECT_EQ(first.failures.size(), 3u);
  EXPECT_TRUE(Library::open(folder.library()).space_of(model).complete);

  const Report second = index(folder, model);
  EXPECT_EQ(second.summary.failed, 0);
  EXPECT_EQ(second.summary.known_failures, 3);
  EXPECT_EQ(index(folder, model, {.retry = true}).summary.failed, 3);

  folder.put("bad.png", 5);
  fs::remove(folder.at("cut.png"));
  EXPECT_EQ(index(folder, model).summary.added, 1);
  EXPECT_EQ(library_stats(Library::open(folder.library())).failures.size(), 1u);
}

TEST(Indexer, AGoodPictureThatTurnsBadLeavesTheLibrary) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  folder.put("b.png", 2);
  index(folder, model);
  folder.put("a.png", std::string("no picture"));
  EXPECT_EQ(index(folder, model).summary.failed, 1);
  EXPECT_FALSE(Library::open(folder.library()).picture_at(folder.at("a.png")));
}

TEST(Indexer, AFileWithoutRightsIsTriedAgain) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  fs::permissions(folder.at("a.png"), fs::perms::none);
  EXPECT_EQ(index(folder, model).summary.failed, 1);
  fs::permissions(folder.at("a.png"), fs::perms::owner_all);
  EXPECT_EQ(index(folder, model).summary.added, 1);
}

TEST(Indexer, NamesThatAreNoUtf8AreNamesLikeOthers) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  const std::string name = "caf\xe9\n.png";
  folder.put(name, 1);
  EXPECT_EQ(index(folder, model).summary.added, 1);
  EXPECT_EQ(index(folder, model).summary.unchanged, 1);
  EXPECT_EQ(record_of(folder, name).width, 12);
}

TEST(Indexer, ShardsPartThePathsAndMergeToTheWhole) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 0; i < 30; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  int64_t added = 0;
  for (int part = 1; part <= 3; ++part) {
    const std::string file = folder.other("part" + std::to_string(part) + ".db");
    Library library = Library::open_for_writing(file);
    Indexer indexer(library, model, {.shard = {part, 3}}, {});
    indexer.update({folder.root()});
    EXPECT_GT(indexer.summary().added, 0);
    added += indexer.summary().added;
  }
  EXPECT_EQ(added, 30);
  {
    Library library = Library::open_for_writing(folder.library());
    for (int part = 1; part <= 3; ++part)
      merge_library(library, folder.other("part" + std::to_string(part) + ".db"));
  }
  const Report whole = index(folder, model);
  EXPECT_EQ(whole.summary.unchanged, 30);
  EXPECT_EQ(whole.summary.embedded, 0);
}

TEST(Indexer, AnotherRecipeIsEmbeddedBesideAndNamed) {
  TANDEM_SMALL_MODEL(model);
  const Model other = tandem_test::small_model_unturned();
  PictureFolder folder;
  for (uint32_t i = 0; i < 3; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  index(folder, model);
  folder.put("p3.png", 3);
  const Report run = index(folder, other);
  ASSERT_EQ(run.remarks.size(), 1u);
  EXPECT_NE(run.remarks[0].find("orient is auto, not off"), std::string::npos) << run.remarks[0];
  EXPECT_EQ(run.summary.embedded, 4);
  const Library library = Library::open(folder.library());
  const auto spaces = library.spaces();
  ASSERT_EQ(spaces.size(), 2u);
  EXPECT_EQ(spaces[0].pictures, 3);
  EXPECT_FALSE(spaces[0].complete);  // p3 is not in it
  EXPECT_TRUE(spaces[1].complete);
  EXPECT_EQ(library.space_of(model).id, spaces[1].id);
}

TEST(Indexer, ReadersSeeOneStateWhileItWrites) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 0; i < 70; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  index(folder, model, {.shard = {1, 2}});
  Library library = Library::open_for_writing(folder.library());
  int64_t looks = 0;
  Indexer indexer(library, model, {}, {.progress = [&](int64_t, int64_t) {
                    const Library reader = Library::open(folder.library());
                    const LibrarySpace space = reader.space_of(model);
                    int64_t seen = 0;
                    const int64_t generation = reader.for_each_embedding(
                        space, [&](int64_t, std::span<const float>) { ++seen; });
                    EXPECT_EQ(seen, space.pictures);
                    EXPECT_EQ(generation, space.generation);
                    ++looks;
                  }});
  indexer.update({folder.root()});
  EXPECT_GE(looks, 2);
}

TEST(Indexer, ASecondWriterIsToldSo) {
  PictureFolder folder;
  const Library library = Library::open_for_writing(folder.library());
  const std::string sentence = refusal([&] { Library::open_for_writing(folder.library()); });
  EXPECT_NE(sentence.find("another process is writing to this library"), std::string::npos);
}

TEST(Indexer, FollowsSinglePathsThereAndGone) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  folder.put("a.png", 1);
  folder.put("deep/b.png", 2);
  Library library = Library::open_for_writing(folder.library());
  int looked = 0;
  IndexListener listener;
  listener.looked = [&] { ++looked; };
  Indexer indexer(library, model, {.excludes = {"*.tif"}}, listener);
  indexer.update({folder.root()});
  EXPECT_EQ(looked, 2);
  fs::rename(folder.at("deep"), folder.at("moved"));
  fs::remove(folder.at("a.png"));
  folder.put("new/c.png", 3);
  folder.put("left.tif", 4);
  indexer.update_paths(
      folder.root(), {folder.at("a.png"), folder.at("a.png"), folder.at("deep"), folder.at("moved"),
                      folder.at("new"), folder.at("left.tif")});
  EXPECT_EQ(indexer.summary().moved, 1);
  EXPECT_EQ(indexer.summary().added, 3);
  EXPECT_EQ(indexer.summary().deleted, 1);
  EXPECT_TRUE(library.picture_at(folder.at("moved/b.png")));
  EXPECT_FALSE(library.picture_at(folder.at("left.tif")));
}

}  // namespace
}  // namespace tandem
