// Which files of a folder are taken for its pictures.
#include "index/walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "index/picture_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::PictureFolder;

/// Paths below the root, sorted.
std::vector<std::string> walked(const PictureFolder& folder, std::vector<std::string> excludes = {},
                                std::vector<std::string>* troubles = nullptr) {
  std::vector<std::string> found;
  FolderWalk walk(
      std::move(excludes),
      [&](const std::string& path) { found.push_back(path.substr(folder.root().size() + 1)); },
      [&](const std::string& sentence) {
        if (troubles) troubles->push_back(sentence);
      });
  walk.walk(folder.root());
  std::sort(found.begin(), found.end());
  return found;
}

using Names = std::vector<std::string>;

TEST(FolderWalk, FindsPicturesByTheirEndingsAtAnyDepth) {
  PictureFolder folder;
  for (const char* name : {"a.jpg", "b.JPEG", "deep/er/c.png", "d.nef", "e.RAF"})
    folder.put(name, 1);
  for (const char* name : {"notes.txt", "jpg", "a.jpg.part", "film.mp4"}) folder.put(name, 1);
  EXPECT_EQ(walked(folder), (Names{"a.jpg", "b.JPEG", "d.nef", "deep/er/c.png", "e.RAF"}));
}

TEST(FolderWalk, LeavesOutWhatIsHiddenAndWhatSaysSo) {
  PictureFolder folder;
  folder.put(".hidden.jpg", 1);
  folder.put(".cache/a.jpg", 1);
  folder.put("@eaDir/a.jpg", 1);
  folder.put("covers/.nomedia", std::string());
  folder.put("covers/deep/a.jpg", 1);
  folder.put("kept.jpg", 1);
  EXPECT_EQ(walked(folder), Names{"kept.jpg"});
}

TEST(FolderWalk, ExcludesNamesAndPathsBelowTheRoot) {
  PictureFolder folder;
  for (const char* name : {"a.jpg", "b.png", "trips/a.jpg", "trips/raw/x.jpg", "old/a.jpg"})
    folder.put(name, 1);
  EXPECT_EQ(walked(folder, {"*.png", "old", "trips/raw/*"}), (Names{"a.jpg", "trips/a.jpg"}));
}

TEST(FolderWalk, LinksAreFollowedAndLoopsEnd) {
  PictureFolder folder;
  folder.put("real/a.jpg", 1);
  const tandem_test::ScratchFolder elsewhere;
  elsewhere.write("far.jpg", "x");
  fs::create_directory_symlink(folder.root(), folder.at("real/up"));       // a loop
  fs::create_directory_symlink(folder.at("real"), folder.at("a-link"));    // the same once more
  fs::create_directory_symlink(elsewhere.path(), folder.at("elsewhere"));  // out of the tree
  fs::create_symlink(folder.at("nowhere"), folder.at("broken.jpg"));
  EXPECT_EQ(walked(folder), (Names{"elsewhere/far.jpg", "real/a.jpg"}));
}

TEST(FolderWalk, NamesAreBytes) {
  PictureFolder folder;
  const std::string name = "caf\xe9 \n'\".jpg";  // Latin-1, a line end, quotes
  folder.put(name, 1);
  EXPECT_EQ(walked(folder), Names{name});
}

TEST(FolderWalk, OtherThingsThanFilesAreNoPictures) {
  PictureFolder folder;
  ASSERT_EQ(::mkfifo(folder.at("pipe.jpg").c_str(), 0600), 0);
  fs::create_directories(folder.at("folder.jpg"));
  EXPECT_EQ(walked(folder), Names{});
}

TEST(FolderWalk, AFolderThatCannotBeReadIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  PictureFolder folder;
  folder.put("shut/a.jpg", 1);
  folder.put("b.jpg", 1);
  fs::permissions(folder.at("shut"), fs::perms::none);
  std::vector<std::string> troubles;
  EXPECT_EQ(walked(folder, {}, &troubles), Names{"b.jpg"});
  fs::permissions(folder.at("shut"), fs::perms::owner_all);
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_NE(troubles[0].find("shut: cannot be read"), std::string::npos) << troubles[0];
}

TEST(FolderWalk, KnowsWhatItWouldLeaveOut) {
  PictureFolder folder;
  folder.put("quiet/.nomedia", std::string());
  const FolderWalk walk({"old", "*.gif"}, {}, {});
  const auto out = [&](const char* name) {
    return walk.leaves_out(folder.root(), folder.at(name));
  };
  EXPECT_TRUE(out("old/a.jpg"));
  EXPECT_TRUE(out("b.gif"));
  EXPECT_TRUE(out(".x/a.jpg"));
  EXPECT_TRUE(out("quiet/a.jpg"));
  EXPECT_FALSE(out("new/old.jpg"));
}

TEST(FolderWalk, APartMeetsNothingByASecondName) {
  PictureFolder folder;
  folder.put("real/a.jpg", 1);
  folder.put(".left/b.jpg", 1);
  folder.put("new/c.jpg", 1);
  const tandem_test::ScratchFolder elsewhere;
  elsewhere.write("far.jpg", "x");
  fs::create_directory_symlink(folder.at("real"), folder.at("new/link"));
  fs::create_directory_symlink(folder.root(), folder.at("new/up"));
  fs::create_directory_symlink(fs::path(folder.root()).parent_path(), folder.at("new/above"));
  fs::create_directory_symlink(folder.at(".left"), folder.at("new/shown"));
  fs::create_directory_symlink(elsewhere.path(), folder.at("new/out"));
  const auto part = [&](const std::string& name) {
    Names found;
    FolderWalk walk({}, [&](const std::string& path) { found.push_back(path); }, {});
    walk.walk(folder.root(), folder.at(name));
    for (auto& path : found) path.erase(0, folder.root().size() + 1);
    std::sort(found.begin(), found.end());
    return found;
  };
  // What the walk of all leaves out where it lies has no other name.
  EXPECT_EQ(part("new"), (Names{"new/c.jpg", "new/out/far.jpg", "new/shown/b.jpg"}));
  EXPECT_EQ(part("new/up"), Names{});
  EXPECT_EQ(part("new/out"), Names{"new/out/far.jpg"});
}

TEST(FolderRange, HoldsWhatIsBelowAndNothingElse) {
  const std::string begin = begin_of_folder("/a/b"), end = end_of_folder("/a/b");
  for (const char* inside : {"/a/b/c", "/a/b/\xff\xff", "/a/b/c/d"})
    EXPECT_TRUE(inside >= begin && inside < end) << inside;
  for (const char* outside : {"/a/b", "/a/b.jpg", "/a/bc/d", "/a/c"})
    EXPECT_FALSE(outside >= begin && outside < end) << outside;
}

}  // namespace
}  // namespace tandem
