#include <fmt/core.h>

#include "base/fail.h"
#include "base/interrupt.h"
#include "index/care.h"
#include "index/connection.h"
#include "index/embedding_code.h"
#include "index/picture_reading.h"
#include "index/rows.h"

namespace tandem {
namespace {

constexpr int64_t kSample = 100;

class Checker {
 public:
  Checker(Library& library, bool deep, const std::function<void(int64_t, int64_t)>& progress)
      : library_(library), connection_(library.connection()), deep_(deep), progress_(progress) {}

  LibraryCheck check() {
    try {
      check_database();
      check_orphans();
      check_embeddings();
      check_counts();
      check_files();
    } catch (const Error& error) {
      // A page that SQLite cannot read may be met at any step.
      found({.kind = "database",
             .sentence = fmt::format("{}; what can be saved is saved by: sqlite3 FILE .recover, "
                                     "or index again into a new library",
                                     error.what())});
    }
    return std::move(result_);
  }

 private:
  void found(LibraryFinding finding) { result_.findings.push_back(std::move(finding)); }

  /// SQLite's complaint, or empty.
  std::string integrity() {
    Statement statement(connection_.database(), "PRAGMA integrity_check(10)");
    if (!statement.step()) return "no answer";
    const std::string said = statement.text_at(0);
    return said == "ok" ? "" : said;
  }

  void check_database() {
    const std::string said = integrity();
    if (said.empty()) return;
    connection_.database().run("REINDEX");
    const bool mended = integrity().empty();
    found(
        {.kind = "database",
         .sentence = fmt::format("{}: {}{}", library_.path(), said,
                                 mended ? "; its indexes were built again"
                                        : "; what can be saved is saved by: sqlite3 FILE .recover"),
         .mended = mended});
  }

  /// Rows whose picture or space is not there.
  void check_orphans() {
    Transaction transaction(connection_.database(), Transaction::Kind::write);
    int64_t removed = 0;
    for (const Query query :
         {Query::delete_lost_embeddings, Query::delete_lost_tags, Query::delete_lost_notes}) {
      connection_.use(query)->run();
      removed += connection_.database().changes();
    }
    transaction.commit();
    if (removed > 0)
      found({.kind = "orphan",
             .sentence = fmt::format("{} rows belonged to pictures or models that are not there; "
                                     "they were removed",
                                     removed),
             .mended = true});
  }

  void check_embeddings() {
    for (const LibrarySpace& space : library_.spaces()) {
      std::vector<int64_t> bad;
      std::vector<float> values(static_cast<size_t>(space.width));
      {
        const auto row = connection_.use(Query::embeddings_of_space);
        row->number(space.id);
        while (row->step()) {
          if (++result_.embeddings % 1000 == 0) check_interrupt();
          if (!decode_embedding(row->bytes_at(2), row->optional_real_at(1), values))
            bad.push_back(row->number_at(0));
        }
      }
      if (!bad.empty()) remove_embeddings(space, bad);
    }
  }

  void remove_embeddings(const LibrarySpace& space, const std::vector<int64_t>& pictures) {
    for (const int64_t picture : pictures)
      found({.kind = "embedding",
             .path = library_.picture(picture).path,
             .sentence = fmt::format("{}: its embedding of {} was damaged and is removed; tandem "
                                     "index makes it again",
                                     library_.picture(picture).path, space.model),
             .mended = true});
    Transaction transaction(connection_.database(), Transaction::Kind::write);
    for (const int64_t picture : pictures)
      connection_.use(Query::delete_embedding)->number(space.id).number(picture).run();
    connection_.use(Query::bump_generation)->number(space.id).run();
    transaction.commit();
  }

  void check_counts() {
    Transaction transaction(connection_.database(), Transaction::Kind::write);
    connection_.use(Query::mend_counts)->run();
    const int64_t wrong = connection_.database().changes();
    transaction.commit();
    if (wrong > 0)
      found({.kind = "count",
             .sentence =
                 fmt::format("{} models had a wrong count of embeddings; it was mended", wrong),
             .mended = true});
  }

  void check_files() {
    const int64_t all = library_.picture_count();
    const int64_t step = deep_ ? 1 : std::max<int64_t>(1, all / kSample);
    std::vector<PictureRecord> records;
    for (int64_t last = 0;; last = records.back().id) {
      records = next_records(last);
      if (records.empty()) return;
      for (const PictureRecord& record : records) {
        check_interrupt();
        check_file(record, result_.pictures++ % step == 0);
      }
      progress_(result_.pictures, all);
    }
  }

  std::vector<PictureRecord> next_records(int64_t after) {
    constexpr int64_t kAtOnce = 256;
    std::vector<PictureRecord> records;
    const auto row = connection_.use(Query::pictures_all);
    row->number(after).number(kAtOnce);
    while (row->step()) records.push_back(picture_in(*row));
    return records;
  }

  void check_file(const PictureRecord& record, bool hash) {
    const auto state = file_state(record.path);
    if (!state) {
      found({.kind = "missing",
             .path = record.path,
             .sentence = fmt::format(
                 "{}: is not there; index its folder again, or remove it with: tandem library "
                 "forget --path",
                 record.path)});
    } else if (*state != FileState{record.size, record.modified_ns}) {
      ++result_.out_of_date;
    } else if (hash) {
      check_content(record);
    }
  }

  void check_content(const PictureRecord& record) {
    ++result_.hashed;
    try {
      if (hash_of_file(record.path) == record.hash) return;
    } catch (const Error& error) {
      return found({.kind = "missing", .path = record.path, .sentence = error.what()});
    }
    connection_.use(Query::touch_picture)
        ->number(record.id)
        .number(kTryAgain)
        .number(now_in_seconds())
        .run();
    found({.kind = "content",
           .path = record.path,
           .sentence = fmt::format("{}: has other content than when it was indexed although size "
                                   "and time are the same; tandem index reads it again",
                                   record.path),
           .mended = true});
  }

  Library& library_;
  Library::Connection& connection_;
  bool deep_;
  const std::function<void(int64_t, int64_t)>& progress_;
  LibraryCheck result_;
};

}  // namespace

LibraryCheck check_library(Library& library, bool deep,
                           const std::function<void(int64_t, int64_t)>& progress) {
  return Checker(library, deep, progress).check();
}

}  // namespace tandem
