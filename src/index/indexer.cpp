#include "index/indexer.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>

#include "base/fail.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "index/connection.h"
#include "index/picture_writes.h"
#include "index/recipe.h"
#include "index/walk.h"

namespace tandem {
namespace {

// Pictures that are committed together: what a killed process loses at most, and what the model
// encodes at once.
constexpr int64_t kBatch = 32;
// A batch ends early where its files are large.
constexpr size_t kBatchBytes = size_t{128} << 20;

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

bool Shard::holds(const std::string& path) const {
  return count == 1 ||
         hash_of(path) % static_cast<uint64_t>(count) == static_cast<uint64_t>(index - 1);
}

Indexer::Indexer(Library& library, const Model& model, IndexOptions options, IndexListener listener)
    : library_(library),
      model_(model),
      options_(std::move(options)),
      listener_(std::move(listener)) {
  if (!listener_.failed) listener_.failed = [](const std::string&) {};
  if (!listener_.remark) listener_.remark = [](const std::string&) {};
  if (!listener_.progress) listener_.progress = [](int64_t, int64_t) {};
  if (!listener_.looked) listener_.looked = [] {};
  auto& connection = library_.connection();
  const Fingerprint& ours = model.fingerprint();
  for (const LibrarySpace& space : library_.spaces())
    if (space.fingerprint.space == ours.space && space.fingerprint.recipe != ours.recipe)
      listener_.remark(fmt::format(
          "{}: has embeddings of this model by another recipe ({}); new ones are made beside them "
          "(tandem library forget --space {} removes the old ones)",
          library_.path(), recipe_difference(space.fingerprint.recipe, ours.recipe), space.id));
  Transaction transaction(connection.database(), Transaction::Kind::write);
  space_ = put_space(connection, {.fingerprint = ours,
                                  .model = model.path(),
                                  .width = model.embed_dim(),
                                  .logit_scale = model.logit_scale(),
                                  .logit_bias = model.logit_bias()});
  transaction.commit();
}

void Indexer::fail_softly(const std::string& sentence) {
  ++summary_.failed;
  listener_.failed(sentence);
}

void Indexer::update(const std::vector<std::string>& roots) {
  std::vector<std::string> there;
  for (const std::string& root : roots)
    if (root_is_there(root)) there.push_back(root);
  find_work(there);
  do_work();
  for (const std::string& root : there) {
    if (is_folder(root))
      forget_gone(root);
    else if (const auto record = library_.picture_at(root); record && is_gone(root))
      forget({record->id});
  }
}

void Indexer::update_paths(const std::string& root, const std::vector<std::string>& paths) {
  auto& connection = library_.connection();
  FolderWalk walk(
      options_.excludes, [&](const std::string& path) { consider(path); },
      [&](const std::string& sentence) { fail_softly(sentence); });
  connection.database().run(kWorkTable);
  found_ = done_ = last_work_ = 0;
  for (const std::string& path : paths) {
    if (walk.leaves_out(root, path)) continue;
    if (is_folder(path))
      walk.walk(root, path);
    else if (is_picture_name(path) && !is_gone(path))
      consider(path);
  }
  do_work();  // before what is gone: it may be what moved
  std::vector<int64_t> gone;
  for (const std::string& path : paths) {
    if (!is_gone(path)) continue;
    if (const auto record = library_.picture_at(path)) gone.push_back(record->id);
    const auto row = connection.use(Query::pictures_under);
    row->bytes(begin_of_folder(path)).bytes(end_of_folder(path)).bytes("").number(-1);
    while (row->step())
      if (is_gone(row->text_at(1))) gone.push_back(row->number_at(0));
  }
  // A file, its folder and the folder above may all have been named.
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  forget(gone);
  for (const std::string& path : paths)
    if (is_gone(path)) connection.use(Query::delete_error)->bytes(path).run();
}

void Indexer::find_work(const std::vector<std::string>& roots) {
  auto& database = library_.connection().database();
  database.run(kWorkTable);
  found_ = done_ = last_work_ = 0;
  FolderWalk walk(
      options_.excludes, [&](const std::string& path) { consider(path); },
      [&](const std::string& sentence) { fail_softly(sentence); });
  Transaction transaction(database, Transaction::Kind::read);
  for (const std::string& root : roots) {
    if (is_folder(root))
      walk.walk(root);
    else
      consider(root, true);
  }
  transaction.commit();
}

/// Puts a path on the list of work unless it is up to date. `named`: by the user.
void Indexer::consider(const std::string& path, bool named) {
  if (!named && !options_.shard.holds(path)) return;
  listener_.looked();
  const auto state = file_state(path);
  if (!state) return;  // gone since, or no file
  auto& connection = library_.connection();
  {
    const auto known = connection.use(Query::known_at_path);
    known->bytes(path).number(space_);
    if (known->step() && *state == FileState{known->number_at(1), known->number_at(2)} &&
        known->number_at(3) != 0) {
      ++summary_.unchanged;
      return;
    }
  }
  if (!options_.retry) {
    const auto failed = connection.use(Query::error_at_path);
    failed->bytes(path);
    if (failed->step() && *state == FileState{failed->number_at(0), failed->number_at(1)}) {
      ++summary_.known_failures;
      return;
    }
  }
  connection.use(Query::add_work)->bytes(path).run();
  ++found_;
}

std::vector<std::string> Indexer::next_work() {
  std::vector<std::string> paths;
  const auto row = library_.connection().use(Query::next_work);
  row->number(last_work_).number(kBatch);
  while (row->step()) {
    last_work_ = row->number_at(0);
    paths.push_back(row->text_at(1));
  }
  return paths;
}

/// Reads the files of the next batch while the model encodes those of this one.
void Indexer::do_work() {
  std::vector<std::string> paths;
  size_t next = 0;
  const auto read_some = [&] {
    std::vector<PictureReading> readings;
    for (size_t bytes = 0; next < paths.size() && bytes < kBatchBytes; ++next) {
      check_interrupt();
      readings.push_back(read_picture(paths[next]));
      bytes += readings.back().picture.size();
    }
    return readings;
  };
  const auto start_reading = [&] {
    if (next == paths.size()) {
      paths = next_work();
      next = 0;
    }
    return std::async(std::launch::async, read_some);
  };
  if (found_ > 0) listener_.progress(0, found_);
  auto reading = start_reading();
  while (true) {
    std::vector<PictureReading> readings = reading.get();
    if (readings.empty()) return;
    reading = start_reading();
    const auto count = static_cast<int64_t>(readings.size());
    take(std::move(readings));
    done_ += count;
    listener_.progress(done_, found_);
  }
}

}  // namespace tandem
