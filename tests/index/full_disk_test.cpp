// A disk without room: said, and nothing is lost that was committed.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>

#include "index/care.h"
#include "index/index_run.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::index;
using tandem_test::PictureFolder;
using tandem_test::refusal;

/// A library that could not be written to its end is whole, and the next run goes on.
void expect_whole_and_finish(const PictureFolder& folder, const Model& model) {
  {
    Library library = Library::open_for_writing(folder.library());
    EXPECT_TRUE(check_library(library, true, [](int64_t, int64_t) {}).findings.empty());
    EXPECT_LT(library.picture_count(), 200);
  }
  index(folder, model);
  EXPECT_EQ(Library::open(folder.library()).space_of(model).pictures, 200);
}

TEST(FullDisk, AFileThatMayNotGrowIsSaidAndTheLibraryStaysWhole) {
  TANDEM_SMALL_MODEL(model);
  PictureFolder folder;
  for (uint32_t i = 0; i < 200; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  index(folder, model, {.shard = {1, 8}});
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{400'000, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string sentence = refusal([&] { index(folder, model); });
  ::setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_NE(sentence.find("that there is room"), std::string::npos) << sentence;
  expect_whole_and_finish(folder, model);
}

/// A small disk of its own.
class SmallDisk {
 public:
  SmallDisk() { mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m") == 0; }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string path(const std::string& name) const { return folder_.path(name); }
  void fill_up_to(int64_t bytes_free) const {
    const auto free = static_cast<int64_t>(fs::space(folder_.path()).available);
    folder_.write("ballast", std::string(static_cast<size_t>(free - bytes_free), 'x'));
  }
  void make_room() const { fs::remove(path("ballast")); }

 private:
  tandem_test::ScratchFolder folder_;
  bool mounted_ = false;
};

TEST(FullDisk, AFullDiskIsSaidAndTheLibraryStaysWhole) {
  TANDEM_SMALL_MODEL(model);
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  PictureFolder folder;
  for (uint32_t i = 0; i < 200; ++i) folder.put("p" + std::to_string(i) + ".png", i);
  const std::string path = disk.path("library.db");
  const auto run = [&](Shard shard) {
    Library library = Library::open_for_writing(path);
    Indexer(library, model, {.shard = shard}, {}).update({folder.root()});
    return library.picture_count();
  };
  run({1, 8});
  for (const int64_t free : {40'000, 200'000, 400'000}) {
    disk.fill_up_to(free);
    const std::string sentence = refusal([&] { run({1, 1}); });
    EXPECT_NE(sentence.find("make room"), std::string::npos) << free << ": " << sentence;
    disk.make_room();
    Library library = Library::open_for_writing(path);
    EXPECT_TRUE(check_library(library, true, [](int64_t, int64_t) {}).findings.empty());
  }
  EXPECT_EQ(run({1, 1}), 200);
}

}  // namespace
}  // namespace tandem
