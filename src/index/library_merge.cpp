#include <filesystem>
#include <map>

#include "base/fail.h"
#include "base/interrupt.h"
#include "index/care.h"
#include "index/connection.h"
#include "index/embedding_code.h"
#include "index/picture_writes.h"
#include "index/rows.h"

namespace tandem {
namespace {

class Merger {
 public:
  Merger(Library& ours, const Library& theirs)
      : ours_(ours), theirs_(theirs), into_(ours.connection()), from_(theirs.connection()) {}

  MergeSummary merge() {
    // One state of the other library, whoever writes to it meanwhile.
    Transaction reading(from_.database(), Transaction::Kind::read);
    for (int64_t last = 0;;) {
      check_interrupt();
      const auto records = next_records(last);
      if (records.empty()) break;
      last = records.back().record.id;
      Transaction writing(into_.database(), Transaction::Kind::write);
      if (spaces_.empty()) map_spaces();
      for (const Dated& dated : records) take(dated);
      for (const auto& [theirs, space] : spaces_)
        into_.use(Query::bump_generation)->number(space.id).run();
      writing.commit();
    }
    Transaction writing(into_.database(), Transaction::Kind::write);
    take_failures();
    writing.commit();
    return summary_;
  }

 private:
  struct Dated {
    PictureRecord record;
    int64_t recorded_at = 0;
  };
  struct OurSpace {
    int64_t id = 0;
    std::vector<float> values;  // room to decode into
  };

  void map_spaces() {
    for (const LibrarySpace& space : theirs_.spaces())
      spaces_[space.id] = {put_space(into_, space),
                           std::vector<float>(static_cast<size_t>(space.width))};
  }

  std::vector<Dated> next_records(int64_t after) {
    constexpr int64_t kAtOnce = 1000;
    std::vector<Dated> records;
    const auto row = from_.use(Query::pictures_all);
    row->number(after).number(kAtOnce);
    while (row->step()) records.push_back({picture_in(*row), row->number_at(10)});
    return records;
  }

  std::optional<Dated> ours_at(const std::string& path) {
    const auto row = into_.use(Query::dated_by_path);
    row->bytes(path);
    if (!row->step()) return std::nullopt;
    return Dated{picture_in(*row), row->number_at(10)};
  }

  void take(const Dated& theirs) {
    const auto known = ours_at(theirs.record.path);
    PictureRecord record = theirs.record;
    bool same_content = false, ours_is_newer = false;
    if (known) {
      record.id = known->record.id;
      same_content = known->record.hash == record.hash;
      ours_is_newer = known->recorded_at >= theirs.recorded_at;
    }
    if (ours_is_newer) {
      ++summary_.kept;
      if (!same_content) return;
    } else if (known) {
      update_picture(into_, record, theirs.recorded_at);
      same_content ? ++summary_.kept : ++summary_.replaced;
      if (!same_content) delete_embeddings(into_, record.id, 0);
    } else {
      record.id = insert_picture(into_, record, theirs.recorded_at);
      ++summary_.added;
    }
    if (!ours_is_newer) set_tags(into_, record.id, theirs_.tags_of(theirs.record.id));
    take_embeddings(theirs.record.id, record.id);
    into_.use(Query::delete_error)->bytes(record.path).run();
  }

  /// Those that ours lacks and that are whole.
  void take_embeddings(int64_t their_id, int64_t our_id) {
    for (StoredEmbedding& embedding : stored_embeddings(from_, their_id)) {
      const auto space = spaces_.find(embedding.space);
      if (space == spaces_.end() ||
          !decode_embedding(embedding.bytes, embedding.scale, space->second.values))
        continue;
      embedding.space = space->second.id;
      if (has_embedding(embedding.space, our_id)) continue;
      put_embedding(into_, our_id, embedding);
      ++summary_.embeddings;
    }
  }

  bool has_embedding(int64_t space, int64_t picture) {
    const auto row = into_.use(Query::has_embedding);
    row->number(space).number(picture);
    return row->step();
  }

  void take_failures() {
    const auto row = from_.use(Query::errors_all);
    while (row->step()) {
      if (ours_.picture_at(row->text_at(0))) continue;
      into_.use(Query::put_error)
          ->bytes(row->bytes_at(0))
          .text(row->bytes_at(1))
          .number(row->number_at(2))
          .number(row->number_at(3))
          .number(row->number_at(4))
          .run();
    }
  }

  Library& ours_;
  const Library& theirs_;
  Library::Connection& into_;
  Library::Connection& from_;
  std::map<int64_t, OurSpace> spaces_;  // by their id
  MergeSummary summary_;
};

}  // namespace

MergeSummary merge_library(Library& library, const std::string& other) {
  std::error_code error;
  if (std::filesystem::equivalent(library.path(), other, error))
    fail(ErrorKind::bad_input, "{}: is the library itself; name another one to take from", other);
  const Library theirs = Library::open(other);
  return Merger(library, theirs).merge();
}

}  // namespace tandem
