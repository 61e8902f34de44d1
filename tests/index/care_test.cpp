// A library's file is checked, mended, joined and emptied.
#include "index/care.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "index/connection.h"
#include "index/indexer.h"
#include "index/picture_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::PictureFolder;
using tandem_test::refusal;

void index(const Model& model, const std::string& library, const std::vector<std::string>& roots,
           EmbeddingStore store = EmbeddingStore::f16) {
  Library opened = Library::open_for_writing(library);
  Indexer(opened, model, {.store = store}, {}).update(roots);
}

LibraryCheck check(const std::string& path, bool deep = true) {
  Library library = Library::open_for_writing(path);
  return check_library(library, deep, [](int64_t, int64_t) {});
}

std::string kinds(const LibraryCheck& result) {
  std::multiset<std::string> sorted;
  for (const auto& finding : result.findings)
    sorted.insert(finding.kind + (finding.mended ? "+ " : "- "));
  std::string kinds;
  for (const auto& kind : sorted) kinds += kind;
  return kinds;
}

/// SQL past the library, as damage.
void damage(const std::string& path, const char* sql) {
  Database database(path, SQLITE_OPEN_READWRITE, path);
  database.run(sql);
}

class Care : public ::testing::Test {
 protected:
  void SetUp() override {
    if (tandem_test::small_model() == nullptr) GTEST_SKIP() << "the small model is not at hand";
    for (uint32_t i = 0; i < 5; ++i) folder_.put("p" + std::to_string(i) + ".png", i);
    index(model(), folder_.library(), {folder_.root()});
  }
  static const Model& model() { return *tandem_test::small_model(); }
  PictureFolder folder_;
};

TEST_F(Care, StatsSayWhatIsInIt) {
  folder_.put("bad.jpg", std::string("no picture"));
  index(model(), folder_.library(), {folder_.root()});
  const LibraryStats stats = library_stats(Library::open(folder_.library()));
  EXPECT_EQ(stats.pictures, 5);
  EXPECT_GT(stats.bytes, 0);
  ASSERT_EQ(stats.spaces.size(), 1u);
  EXPECT_EQ(stats.spaces[0].space.pictures, 5);
  EXPECT_EQ(stats.spaces[0].bytes, 5 * 2 * model().embed_dim());
  ASSERT_EQ(stats.failures.size(), 1u);
  EXPECT_EQ(stats.failures[0].path, folder_.at("bad.jpg"));
}

TEST_F(Care, ASoundLibraryHasNoFindings) {
  const LibraryCheck result = check(folder_.library());
  EXPECT_EQ(kinds(result), "");
  EXPECT_EQ(result.pictures, 5);
  EXPECT_EQ(result.embeddings, 5);
  EXPECT_EQ(result.hashed, 5);
}

TEST_F(Care, DamagedEmbeddingsAreRemovedAndMadeAgain) {
  damage(folder_.library(), "UPDATE embeddings SET vector = x'00' WHERE picture = 1");
  damage(folder_.library(),
         "UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE picture = 2");
  EXPECT_NE(refusal([&] {
              const Library library = Library::open(folder_.library());
              library.picture_set(model());
            }).find("tandem library check"),
            std::string::npos);
  EXPECT_EQ(kinds(check(folder_.library())), "embedding+ embedding+ ");
  EXPECT_FALSE(Library::open(folder_.library()).space_of(model()).complete);
  index(model(), folder_.library(), {folder_.root()});
  EXPECT_EQ(Library::open(folder_.library()).space_of(model()).pictures, 5);
  EXPECT_EQ(kinds(check(folder_.library())), "");
}

TEST_F(Care, RowsOfNothingAndWrongCountsAreMended) {
  damage(folder_.library(),
         "PRAGMA foreign_keys = OFF; INSERT INTO tags VALUES (99, 'dog');"
         "INSERT INTO embeddings VALUES (1, 77, NULL, x'00');");
  damage(folder_.library(), "UPDATE spaces SET pictures = 3");
  EXPECT_EQ(kinds(check(folder_.library())), "count+ orphan+ ");
  EXPECT_EQ(kinds(check(folder_.library())), "");
  EXPECT_EQ(Library::open(folder_.library()).space_of(model()).pictures, 5);
}

TEST_F(Care, MissingFilesAreNamedAndSecretlyChangedOnesReadAgain) {
  fs::remove(folder_.at("p0.png"));
  const auto time = fs::last_write_time(folder_.at("p1.png"));
  std::string bytes = tandem_test::noise_png(1);
  bytes[bytes.size() - 20] ^= 1;
  folder_.put("p1.png", bytes);
  fs::last_write_time(folder_.at("p1.png"), time);
  folder_.put("p2.png", 99);
  fs::last_write_time(folder_.at("p2.png"), time + std::chrono::hours(1));
  const LibraryCheck result = check(folder_.library());
  EXPECT_EQ(kinds(result), "content+ missing- ");
  EXPECT_EQ(result.out_of_date, 1);
}

TEST_F(Care, ADamagedPageIsFound) {
  {
    std::fstream file(folder_.library(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0, std::ios::end);
    const auto size = static_cast<int64_t>(file.tellp());
    for (int64_t at = 16384 + 8; at < size; at += 16384) {
      file.seekp(at);
      file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    }
  }
  std::string said = refusal([&] {
    const LibraryCheck result = check(folder_.library());
    ASSERT_FALSE(result.findings.empty());
    EXPECT_EQ(result.findings[0].kind, "database");
    EXPECT_FALSE(result.findings[0].mended);
    EXPECT_NE(result.findings[0].sentence.find(".recover"), std::string::npos);
  });
  EXPECT_TRUE(said.empty() || said.find("damaged") != std::string::npos) << said;
}

TEST_F(Care, TheNewerRecordOfAPathWinsAndEmbeddingsComeTogether) {
  const Model other_model = tandem_test::small_model_unturned();
  const std::string other = folder_.other("other.db");
  folder_.put("p0.png", 50);
  folder_.put("new.png", 51);
  fs::last_write_time(folder_.at("p0.png"),
                      fs::last_write_time(folder_.at("p0.png")) + std::chrono::hours(1));
  index(other_model, other, {folder_.root()});
  damage(other,
         "UPDATE pictures SET recorded_at = recorded_at + 100 WHERE CAST(path AS TEXT) LIKE "
         "'%p0.png'");
  damage(other,
         "UPDATE pictures SET recorded_at = recorded_at - 100 WHERE CAST(path AS TEXT) LIKE "
         "'%p1.png'");

  Library library = Library::open_for_writing(folder_.library());
  const auto old = library.picture_at(folder_.at("p0.png"));
  const MergeSummary summary = merge_library(library, other);
  EXPECT_EQ(summary.added, 1);
  EXPECT_EQ(summary.replaced, 1);
  EXPECT_EQ(summary.kept, 4);
  EXPECT_EQ(summary.embeddings, 6);
  EXPECT_NE(library.picture_at(folder_.at("p0.png"))->hash, old->hash);
  const auto spaces = library.spaces();
  ASSERT_EQ(spaces.size(), 2u);
  EXPECT_EQ(spaces[0].pictures, 4);  // p0's showed the old content
  EXPECT_EQ(spaces[1].pictures, 6);
  EXPECT_EQ(merge_library(library, other).embeddings, 0);  // twice is once
  EXPECT_NE(refusal([&] { merge_library(library, folder_.library()); }).find("itself"),
            std::string::npos);
}

TEST_F(Care, AnOlderRecordOfOtherContentStaysOut) {
  const std::string other = folder_.other("other.db");
  folder_.put("p0.png", 50);
  index(tandem_test::small_model_unturned(), other, {folder_.root()});
  damage(other, "UPDATE pictures SET recorded_at = recorded_at - 100");
  Library library = Library::open_for_writing(folder_.library());
  const auto old = library.picture_at(folder_.at("p0.png"));
  const MergeSummary summary = merge_library(library, other);
  EXPECT_EQ(summary.replaced, 0);
  EXPECT_EQ(summary.embeddings, 4);  // of the other recipe, where the content is the same
  EXPECT_EQ(library.picture_at(folder_.at("p0.png"))->hash, old->hash);
}

TEST_F(Care, ForgettingRemovesEmbeddingsOrPictures) {
  Library library = Library::open_for_writing(folder_.library());
  EXPECT_EQ(forget_paths(library, "*/p[01].png"), 2);
  EXPECT_EQ(library.space_of(model()).pictures, 3);
  EXPECT_NE(refusal([&] { forget_space(library, 7); }).find("choose one of: 1"), std::string::npos);
  EXPECT_EQ(forget_space(library, 1), 3);
  EXPECT_EQ(library.picture_count(), 3);
  EXPECT_TRUE(library.spaces().empty());
}

}  // namespace
}  // namespace tandem
