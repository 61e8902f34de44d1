// Files that move, and come back.

#include "sort/apply.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "sort/undo.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::refusal;
using tandem_test::ScratchFolder;

// Every file and link below a folder with what is in it; folders too.
std::map<std::string, std::string> tree(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink())
      found[name] = "-> " + fs::read_symlink(entry.path()).string();
    else
      found[name] = entry.is_directory() ? "folder" : read_file(entry.path().string());
  }
  return found;
}

class Apply : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(in());
    fs::create_directories(folder_.path("log"));
  }
  std::string in(const std::string& name = "") const { return folder_.path("in/" + name); }
  std::string out(const std::string& name = "") const { return folder_.path("out/" + name); }
  std::string log() const { return folder_.path("log/log.jsonl"); }
  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories(fs::path(in(name)).parent_path());
    folder_.write("in/" + name, bytes);
  }
  UndoFigures undo() {
    said_.clear();
    return undo_actions(log(), [&](const std::string& sentence) { said_.push_back(sentence); });
  }

  ScratchFolder folder_;
  std::vector<std::string> said_;
};

TEST_F(Apply, CopiesAndTakesThemBack) {
  write("cat.jpg", "cat");
  ::chmod(in("cat.jpg").c_str(), 0640);
  const auto before = tree(in());
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::copy, out(), actions);
    EXPECT_EQ(placer.place(in("cat.jpg"), "animals/cats"), out("animals/cats/cat.jpg"));
    EXPECT_EQ(placer.place(in("cat.jpg"), "animals/cats"), out("animals/cats/cat.jpg"));
    EXPECT_EQ(placer.placed(), 1);
    EXPECT_EQ(placer.found(), 1) << "the same picture is not copied twice";
  }
  EXPECT_EQ(read_file(out("animals/cats/cat.jpg")), "cat");
  struct stat copy {
  }, original{};
  ASSERT_EQ(::stat(out("animals/cats/cat.jpg").c_str(), &copy), 0);
  ASSERT_EQ(::stat(in("cat.jpg").c_str(), &original), 0);
  EXPECT_EQ(copy.st_mode, original.st_mode);
  EXPECT_EQ(copy.st_mtim.tv_nsec, original.st_mtim.tv_nsec);
  undo();
  EXPECT_EQ(said_, std::vector<std::string>{});
  EXPECT_EQ(tree(in()), before);
  EXPECT_FALSE(fs::exists(out())) << "folders that the run made go when they are empty";
}

TEST_F(Apply, NeverOverwritesButNumbers) {
  write("a/cat.jpg", "one");
  write("b/cat.jpg", "two");
  write("c/cat.jpg", "three");
  const auto before = tree(in());
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::move, out(), actions);
    placer.place(in("a/cat.jpg"), "cats");
    EXPECT_EQ(placer.place(in("b/cat.jpg"), "cats"), out("cats/cat-2.jpg"));
    EXPECT_EQ(placer.place(in("c/cat.jpg"), "cats"), out("cats/cat-3.jpg"));
  }
  EXPECT_EQ(read_file(out("cats/cat.jpg")), "one");
  EXPECT_EQ(read_file(out("cats/cat-2.jpg")), "two");
  EXPECT_FALSE(fs::exists(in("a/cat.jpg")));
  undo();
  EXPECT_EQ(tree(in()), before);
}

TEST_F(Apply, LinksPointToThePicture) {
  write("cat.jpg", "cat");
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::link, out(), actions);
    const std::string link = placer.place(in("cat.jpg"), "cats");
    EXPECT_EQ(read_file(link), "cat");
    EXPECT_EQ(placer.place(in("cat.jpg"), "cats"), link);
  }
  EXPECT_EQ(undo().refused, 0);
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_EQ(read_file(in("cat.jpg")), "cat");
}

TEST_F(Apply, SidecarsGoWithTheirPicture) {
  write("cat.jpg", "cat");
  write("cat.jpg.xmp", "full");
  write("dog.jpg", "dog");
  write("dog.xmp", "short");
  write("raw.jpg", "jpg");
  write("raw.nef", "nef");
  write("raw.xmp", "whose?");
  fs::create_directories(out("x"));
  folder_.write("out/x/dog.xmp", "another dog's");
  const auto before = tree(in());
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::move, out(), actions);
    for (const char* name : {"cat.jpg", "dog.jpg", "raw.jpg"}) placer.place(in(name), "x");
  }
  EXPECT_EQ(read_file(out("x/cat.jpg.xmp")), "full");
  EXPECT_EQ(read_file(out("x/dog-2.jpg")), "dog");
  EXPECT_EQ(read_file(out("x/dog-2.xmp")), "short");
  EXPECT_EQ(read_file(out("x/dog.xmp")), "another dog's");
  EXPECT_TRUE(fs::exists(in("raw.xmp"))) << "it may be the raw file's";
  undo();
  EXPECT_EQ(tree(in()), before);
}

TEST_F(Apply, UndoRefusesWhatHasChangedSince) {
  for (const char* name : {"edited.jpg", "taken.jpg", "gone.jpg", "fine.jpg"}) write(name, name);
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::move, out(), actions);
    for (const char* name : {"edited.jpg", "taken.jpg", "gone.jpg", "fine.jpg"})
      placer.place(in(name), "x");
  }
  folder_.write("out/x/edited.jpg", "other bytes");
  write("taken.jpg", "a new file of that name");
  fs::remove(out("x/gone.jpg"));
  const auto figures = undo();
  EXPECT_EQ(figures.refused, 3);
  EXPECT_EQ(said_.size(), 3u);
  EXPECT_EQ(read_file(in("fine.jpg")), "fine.jpg");
  EXPECT_EQ(read_file(out("x/edited.jpg")), "other bytes");
  EXPECT_EQ(read_file(in("taken.jpg")), "a new file of that name");
  EXPECT_EQ(read_file(out("x/taken.jpg")), "taken.jpg");
  const auto again = undo();
  EXPECT_EQ(again.undone, 0) << "what was undone is not undone twice";
  EXPECT_EQ(again.refused, 3);
}

TEST_F(Apply, ACopyThatWasEditedIsKept) {
  write("cat.jpg", "cat");
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer(ActionKind::copy, out(), actions).place(in("cat.jpg"), "x");
  }
  folder_.write("out/x/cat.jpg", "CAT");
  EXPECT_EQ(undo().refused, 1);
  EXPECT_EQ(read_file(out("x/cat.jpg")), "CAT");
}

TEST_F(Apply, HostileNamesComeBackToo) {
  const std::vector<std::string> names = {"caf\xe9.jpg", "line\nend.jpg", "quote\".jpg",
                                          "-rf.jpg",     " .jpg",         "\xf0\x9f\x98\x80.jpg"};
  for (const auto& name : names) write(name, name);
  const auto before = tree(in());
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::move, out(), actions);
    for (const auto& name : names) placer.place(in(name), "x");
  }
  EXPECT_TRUE(fs::is_empty(in()));
  EXPECT_EQ(undo().refused, 0);
  EXPECT_EQ(tree(in()), before);
}

TEST_F(Apply, WhatIsNoPlainFileIsRefused) {
  write("cat.jpg", "cat");
  fs::create_symlink("cat.jpg", in("link.jpg"));
  ASSERT_EQ(::mkfifo(in("pipe.jpg").c_str(), 0600), 0);
  ActionLog actions = ActionLog::create(log());
  PicturePlacer mover(ActionKind::move, out(), actions);
  EXPECT_NE(refusal([&] { mover.place(in("link.jpg"), "x"); }).find("symbolic link"),
            std::string::npos);
  EXPECT_NE(refusal([&] { mover.place(in("absent.jpg"), "x"); }), "");
  PicturePlacer copier(ActionKind::copy, out(), actions);
  EXPECT_NE(refusal([&] { copier.place(in("pipe.jpg"), "x"); }).find("no plain file"),
            std::string::npos);
  EXPECT_TRUE(fs::is_empty(out("x"))) << "nothing half-written stays";
}

TEST_F(Apply, AnotherFileSystemIsReachedByAVerifiedCopy) {
  std::string pattern = "/dev/shm/tandem-XXXXXX";
  if (!::mkdtemp(pattern.data())) GTEST_SKIP() << "there is no /dev/shm";
  struct stat here {
  }, there{};
  ::stat(in().c_str(), &here);
  ::stat(pattern.c_str(), &there);
  if (here.st_dev == there.st_dev) {
    fs::remove_all(pattern);
    GTEST_SKIP() << "/dev/shm is the same file system";
  }
  write("cat.jpg", std::string(3'000'000, 'c'));
  write("dog.jpg", "dog");
  const auto before = tree(in());
  {
    ActionLog actions = ActionLog::create(log());
    PicturePlacer placer(ActionKind::move, pattern, actions);
    placer.place(in("cat.jpg"), "x");
    placer.place(in("dog.jpg"), "x");
  }
  EXPECT_TRUE(fs::is_empty(in()));
  // As if the run had been killed before the dog's original went.
  write("dog.jpg", "dog");
  EXPECT_EQ(undo().refused, 0);
  EXPECT_EQ(tree(in()), before);
  EXPECT_FALSE(fs::exists(pattern + "/x"));
  fs::remove_all(pattern);
}

TEST_F(Apply, ARunningRunsLogIsLocked) {
  ActionLog actions = ActionLog::create(log());
  EXPECT_NE(refusal([&] { undo(); }).find("still written by a run"), std::string::npos);
  EXPECT_NE(refusal([&] { ActionLog::create(log()); }), "") << "a log is never overwritten";
}

// Killed at moments spread over the run: what the log says is enough each time.
TEST_F(Apply, AKilledRunIsTakenBack) {
  constexpr int kPictures = 400;
  for (int i = 0; i < kPictures; ++i)
    write("p" + std::to_string(i) + ".jpg", std::string(2000, static_cast<char>('a' + i % 26)));
  const auto before = tree(in());
  int undone = 0;
  for (const ActionKind kind : {ActionKind::move, ActionKind::copy, ActionKind::link})
    for (int round = 0; round < 4; ++round) {
      const pid_t child = ::fork();
      if (child == 0) {
        ActionLog actions = ActionLog::create(log());
        PicturePlacer placer(kind, out(), actions);
        for (int i = 0; i < kPictures; ++i)
          placer.place(in("p" + std::to_string(i) + ".jpg"), "c" + std::to_string(i % 3));
        ::_exit(0);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(15 + 23 * round));
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      if (!fs::exists(log())) continue;  // killed before it began
      const auto figures = undo();
      undone += static_cast<int>(figures.undone);
      EXPECT_EQ(figures.refused, 0) << (said_.empty() ? "" : said_.front());
      ASSERT_EQ(tree(in()), before);
      EXPECT_FALSE(fs::exists(out()));
      fs::remove(log());
    }
  EXPECT_GT(undone, 0) << "no run got anywhere before it was killed";
}

}  // namespace
}  // namespace tandem
