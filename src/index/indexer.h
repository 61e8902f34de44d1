// Bringing a library up to date with folders of pictures.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "index/embedding_code.h"
#include "index/library.h"
#include "index/picture_reading.h"
#include "index/picture_writes.h"
#include "tandem/model.h"

namespace tandem {

/// Which part of the paths is this process's: those whose XXH3-64 is index - 1 modulo count.
struct Shard {
  int index = 1, count = 1;
  bool holds(const std::string& path) const;
};

struct IndexOptions {
  std::vector<std::string> excludes;  ///< globs, see FolderWalk
  Shard shard;
  EmbeddingStore store = EmbeddingStore::f16;
  bool prune = false;  ///< remove pictures that are gone even where that looks like a lost disk
  bool retry = false;  ///< read again what failed and has not changed
};

struct IndexSummary {
  int64_t added = 0;           ///< new paths
  int64_t changed = 0;         ///< other content at a known path
  int64_t moved = 0;           ///< known content at a new path, the old one being gone
  int64_t deleted = 0;         ///< known paths without a file
  int64_t failed = 0;          ///< files and folders that could not be read, or are held back
  int64_t embedded = 0;        ///< computed by the model
  int64_t unchanged = 0;       ///< were up to date
  int64_t known_failures = 0;  ///< failed before and have not changed
};

/// What a person may want to hear while it runs; all may be empty.
struct IndexListener {
  std::function<void(const std::string&sentence)> failed, remark;
  /// Pictures found to need work, before the first is done; then how many of them are done.
  std::function<void(int64_t done, int64_t total)> progress;
  /// Another picture was met while the folders are walked.
  std::function<void()> looked;
};

/// One run over folders. Work is committed in batches; whatever ends the process, the library stays
/// whole and the next run goes on. Between batches it heeds check_interrupt().
class Indexer {
 public:
  /// The library was opened for writing. The model's space is added to it where it is new.
  Indexer(Library& library, const Model& model, IndexOptions options, IndexListener listener);

  /// Folders and files (full_path): new, changed and moved pictures, then those that are gone.
  void update(const std::vector<std::string>& roots);
  /// What happened to a few paths below `root`, files and folders, there or gone.
  void update_paths(const std::string& root, const std::vector<std::string>& paths);

  const IndexSummary& summary() const { return summary_; }

 private:
  struct Item;
  void find_work(const std::vector<std::string>& roots);
  void consider(const std::string& path, bool named = false);
  void do_work();
  std::vector<std::string> next_work();
  void take(std::vector<PictureReading> readings);
  void encode(std::vector<Item>& items);
  void write(Item& item);
  int64_t place(const PictureRecord& record, bool& content_is_new);
  int64_t place_new(const PictureRecord& record, bool& content_is_new);
  void write_failure(const Item& item);
  std::optional<StoredEmbedding> embedding_of_content(const std::string& hash);
  bool root_is_there(const std::string& root);
  void forget_gone(const std::string& root);
  void forget_gone_failures(const std::string& root);
  void forget(const std::vector<int64_t>& pictures);
  void fail_softly(const std::string& sentence);

  Library& library_;
  const Model& model_;
  IndexOptions options_;
  IndexListener listener_;
  int64_t space_ = 0;
  IndexSummary summary_;
  int64_t found_ = 0, done_ = 0, last_work_ = 0;
};

}  // namespace tandem
