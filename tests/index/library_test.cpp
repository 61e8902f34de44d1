// A library's file: what opens, what is refused, what it answers.
#include "index/library.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "index/connection.h"
#include "index/picture_folder.h"
#include "index/picture_writes.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

PictureRecord record(const std::string& path) {
  return {.path = path,
          .size = 1000,
          .modified_ns = 5'000'000'000,
          .hash = std::string(15, 'h') + path.back(),
          .width = 30,
          .height = 20};
}

/// Pictures put into a library without files.
std::vector<int64_t> put(Library& library, const std::vector<PictureRecord>& records) {
  std::vector<int64_t> ids;
  for (const auto& one : records) ids.push_back(insert_picture(library.connection(), one, 1));
  return ids;
}

TEST(Library, AFileThatIsNotThereIsNotMadeByReading) {
  const ScratchFolder folder;
  EXPECT_NE(refusal([&] { Library::open(folder.path("none.db")); }).find("tandem index"),
            std::string::npos);
  EXPECT_NE(::access(folder.path("none.db").c_str(), F_OK), 0);
}

TEST(Library, WhatIsNoLibraryIsRefused) {
  const ScratchFolder folder;
  const std::string text = folder.write("text.db", std::string(5000, 'x'));
  EXPECT_NE(refusal([&] { Library::open(text); }).find("no library"), std::string::npos);
  EXPECT_NE(refusal([&] { Library::open_for_writing(text); }).find("no library"),
            std::string::npos);
  EXPECT_NE(refusal([&] { Library::open(folder.path()); }).find("is a folder"), std::string::npos);
  const std::string empty = folder.write("empty.db", "");
  EXPECT_NE(refusal([&] { Library::open(empty); }).find("is empty"), std::string::npos);
  Database other(folder.path("other.db"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "other");
  other.run("CREATE TABLE mine (x)");
  EXPECT_NE(
      refusal([&] { Library::open_for_writing(folder.path("other.db")); }).find("another program"),
      std::string::npos);
}

TEST(Library, ANewerFormatIsRefused) {
  const ScratchFolder folder;
  const std::string path = folder.path("library.db");
  {
    const Library library = Library::open_for_writing(path);
    library.connection().database().run("PRAGMA user_version = 99");
  }
  EXPECT_NE(refusal([&] { Library::open(path); }).find("newer Tandem"), std::string::npos);
  EXPECT_NE(refusal([&] { Library::open_for_writing(path); }).find("newer Tandem"),
            std::string::npos);
}

TEST(Library, ADamagedFileIsNamed) {
  const ScratchFolder folder;
  const std::string path = folder.path("library.db");
  { Library::open_for_writing(path); }
  ASSERT_EQ(::truncate(path.c_str(), 20'000), 0);
  EXPECT_NE(refusal([&] { Library::open(path).picture_count(); }).find("library.db"),
            std::string::npos);
}

TEST(Library, ALibraryThatMayNotBeWrittenIsRead) {
  const ScratchFolder folder;
  const std::string path = folder.path("li#br%ary?.db");
  {
    Library library = Library::open_for_writing(path);
    put(library, {record("/a")});
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(Library::open(path).picture_count(), 1);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST(Library, IsOneFileWhenItIsClosed) {
  const ScratchFolder folder;
  { Library::open_for_writing(folder.path("library.db")); }
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++files;
  EXPECT_EQ(files, 1);
}

TEST(Library, FiltersAreExact) {
  const ScratchFolder folder;
  Library library = Library::open_for_writing(folder.path("library.db"));
  auto paris = record("/photos/2020/a.jpg");
  paris.taken_at = 100;
  paris.latitude = 48.8566;
  paris.longitude = 2.3522;
  auto london = record("/photos/2021/b.jpg");
  london.size = 2000;
  london.width = 20;
  london.height = 30;
  london.taken_at = 200;
  london.latitude = 51.5074;
  london.longitude = -0.1278;
  auto square = record("/other/c.png");
  square.width = square.height = 500;
  const auto ids = put(library, {paris, london, square});
  set_tags(library.connection(), ids[0], {"dog", "beach"});
  set_tags(library.connection(), ids[1], {"dog"});
  const auto found = [&](const PictureFilter& filter) {
    std::string names;
    for (const int64_t id : library.matching(filter)) names += "abc"[id - ids[0]];
    return names;
  };
  using Orientation = PictureFilter::Orientation;
  EXPECT_EQ(found({}), "abc");
  EXPECT_EQ(found({.path_globs = {"/photos/*"}}), "ab");
  EXPECT_EQ(found({.path_globs = {"*/2021/*", "*.png"}}), "bc");
  EXPECT_EQ(found({.taken_from = 100, .taken_before = 200}), "a");
  EXPECT_EQ(found({.taken_before = 100}), "c");  // its file's time is 5 s after 1970
  EXPECT_EQ(found({.tags = {"dog"}}), "ab");
  EXPECT_EQ(found({.tags = {"dog", "beach"}}), "a");
  EXPECT_EQ(found({.tags = {"cat"}}), "");
  EXPECT_EQ(found({.min_bytes = 1500}), "b");
  EXPECT_EQ(found({.max_bytes = 1999}), "ac");
  EXPECT_EQ(found({.min_side = 21}), "c");
  EXPECT_EQ(found({.orientation = Orientation::landscape}), "a");
  EXPECT_EQ(found({.orientation = Orientation::portrait}), "b");
  EXPECT_EQ(found({.orientation = Orientation::square}), "c");
  // Paris and London are 344 km apart.
  EXPECT_EQ(found({.near = PictureFilter::Near{48.8566, 2.3522, 343}}), "a");
  EXPECT_EQ(found({.near = PictureFilter::Near{48.8566, 2.3522, 345}}), "ab");
  EXPECT_TRUE(PictureFilter().empty());
  EXPECT_FALSE((PictureFilter{.min_side = 1}).empty());
}

TEST(Library, NotesBelongToASpaceAndGoWithIt) {
  const ScratchFolder folder;
  Library library = Library::open_for_writing(folder.path("library.db"));
  auto& connection = library.connection();
  put_space(connection, {.fingerprint = {"s", "{}"}, .model = "m", .width = 2});
  const LibrarySpace space = library.spaces().at(0);
  EXPECT_FALSE(library.note(space, "background"));
  const std::string bytes("\0\1\2", 3);
  library.set_note(space, "background", bytes);
  EXPECT_EQ(library.note(space, "background"), bytes);
  connection.use(Query::delete_space)->number(space.id).run();
  EXPECT_FALSE(library.note(space, "background"));
}

TEST(Library, OneSqlTextForEachQuery) {
  const ScratchFolder folder;
  Library library = Library::open_for_writing(folder.path("library.db"));
  auto& connection = library.connection();
  connection.database().run(kWorkTable);
  for (int i = 0; i < static_cast<int>(Query::count_); ++i)
    EXPECT_NO_THROW(connection.use(static_cast<Query>(i))) << sql_of(static_cast<Query>(i));
}

TEST(Library, AModelOfAnotherSpaceIsRefusedWithASentence) {
  TANDEM_SMALL_MODEL(model);
  const ScratchFolder folder;
  Library library = Library::open_for_writing(folder.path("library.db"));
  EXPECT_NE(refusal([&] { library.space_of(model); }).find("holds no pictures"), std::string::npos);
  put_space(library.connection(),
            {.fingerprint = model.fingerprint(), .model = "ours", .width = 2});
  EXPECT_NE(refusal([&] { library.space_of(model); }).find("holds no pictures"), std::string::npos);
  put_space(library.connection(), {.fingerprint = {"s", "{}"}, .model = "clip-x", .width = 2});
  const std::string sentence = refusal([&] { library.space_of(model); });
  EXPECT_NE(sentence.find("was indexed with clip-x"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("--model"), std::string::npos);
}

}  // namespace
}  // namespace tandem
