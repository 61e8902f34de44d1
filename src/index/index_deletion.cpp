// Which pictures an Indexer removes: only where the system says that there is no such file, and
// never where it looks as if a disk were missing.
#include <fmt/core.h>

#include <algorithm>

#include "base/interrupt.h"
#include "index/connection.h"
#include "index/indexer.h"
#include "index/walk.h"

namespace tandem {
namespace {

// Fewer missing pictures than this are taken for a person's doing.
constexpr int64_t kMany = 20;

/// The nearest folder above a path that exists.
std::string folder_above(const std::string& path) {
  std::string folder = path;
  do {
    const size_t slash = folder.rfind('/');
    if (slash == 0 || slash == std::string::npos) return "/";
    folder.resize(slash);
  } while (is_gone(folder));
  return folder;
}

struct Gone {
  std::vector<int64_t> pictures;
  /// Of them, those below a folder that exists and has nothing in it: where a disk is mounted when
  /// it is there.
  std::vector<int64_t> below_empty;
  std::string an_empty_folder;
};

}  // namespace

bool Indexer::root_is_there(const std::string& root) {
  auto& connection = library_.connection();
  const auto count = connection.use(Query::count_under);
  count->bytes(begin_of_folder(root)).bytes(end_of_folder(root));
  const int64_t known = count->step() ? count->number_at(0) : 0;
  const bool missing = is_gone(root);
  if (missing && known == 0 && library_.picture_at(root)) return true;  // a file that went
  if (missing) {
    fail_softly(
        known == 0
            ? fmt::format("{}: there is no such folder or file; check the path", root)
            : fmt::format("{}: is not there, so its {} pictures stay in the library; mount it, or "
                          "remove them with: tandem library forget --path '{}/*'",
                          root, known, root));
    return false;
  }
  if (known > 0 && !options_.prune && FolderWalk::is_empty_folder(root)) {
    fail_softly(
        fmt::format("{}: is empty as if its disk were not mounted, so its {} pictures stay in the "
                    "library; mount it, or give --prune if they are gone",
                    root, known));
    return false;
  }
  return true;
}

void Indexer::forget_gone(const std::string& root) {
  auto& connection = library_.connection();
  Gone gone;
  int64_t all = 0;
  std::string folder, empty_folder;
  {
    const auto row = connection.use(Query::pictures_under);
    row->bytes(begin_of_folder(root)).bytes(end_of_folder(root)).bytes("").number(-1);
    for (; row->step(); ++all) {
      if (all % 1000 == 0) check_interrupt();
      const std::string path = row->text_at(1);
      if (!is_gone(path)) continue;
      const std::string above = path.substr(0, path.rfind('/'));
      if (above != folder) {
        folder = above;
        const std::string there = folder_above(path);
        empty_folder = FolderWalk::is_empty_folder(there) ? there : "";
      }
      gone.pictures.push_back(row->number_at(0));
      if (empty_folder.empty()) continue;
      gone.below_empty.push_back(row->number_at(0));
      gone.an_empty_folder = empty_folder;
    }
  }
  const auto missing = static_cast<int64_t>(gone.pictures.size());
  if (!options_.prune && missing >= kMany && 2 * missing > all) {
    return fail_softly(
        fmt::format("{}: {} of its {} pictures are not there, which may be a disk that is not "
                    "mounted, so they stay in the library; give --prune if they are gone",
                    root, missing, all));
  }
  if (!options_.prune && static_cast<int64_t>(gone.below_empty.size()) >= kMany) {
    fail_softly(
        fmt::format("{}: is empty as if a disk were not mounted there, so {} pictures stay "
                    "in the library; mount it, or give --prune if they are gone",
                    gone.an_empty_folder, gone.below_empty.size()));
    std::vector<int64_t> sure;
    std::sort(gone.below_empty.begin(), gone.below_empty.end());
    for (const int64_t id : gone.pictures)
      if (!std::binary_search(gone.below_empty.begin(), gone.below_empty.end(), id))
        sure.push_back(id);
    gone.pictures = std::move(sure);
  }
  forget(gone.pictures);
  forget_gone_failures(root);
}

void Indexer::forget_gone_failures(const std::string& root) {
  auto& connection = library_.connection();
  std::vector<std::string> gone;
  {
    const auto row = connection.use(Query::errors_under);
    row->bytes(begin_of_folder(root)).bytes(end_of_folder(root));
    while (row->step())
      if (is_gone(row->text_at(0))) gone.push_back(row->text_at(0));
  }
  Transaction transaction(connection.database(), Transaction::Kind::write);
  for (const std::string& path : gone) connection.use(Query::delete_error)->bytes(path).run();
  transaction.commit();
}

void Indexer::forget(const std::vector<int64_t>& pictures) {
  constexpr size_t kAtOnce = 1000;
  auto& connection = library_.connection();
  for (size_t begin = 0; begin < pictures.size(); begin += kAtOnce) {
    check_interrupt();
    const size_t end = std::min(pictures.size(), begin + kAtOnce);
    Transaction transaction(connection.database(), Transaction::Kind::write);
    for (size_t i = begin; i < end; ++i) delete_picture(connection, pictures[i]);
    transaction.commit();
    summary_.deleted += static_cast<int64_t>(end - begin);
  }
}

}  // namespace tandem
