#include "base/fail.h"
#include "base/interrupt.h"
#include "index/care.h"
#include "index/connection.h"
#include "index/picture_writes.h"

namespace tandem {
namespace {

constexpr size_t kAtOnce = 1000;

bool fits(const std::string& glob, const std::string& path) {
  return sqlite3_strglob(glob.c_str(), path.c_str()) == 0;
}

/// Gives the freed room back to the file system.
void shrink(Library::Connection& connection) {
  connection.database().run("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

int64_t forget_space(Library& library, int64_t id) {
  auto& connection = library.connection();
  int64_t embeddings = -1;
  std::string known;
  for (const LibrarySpace& space : library.spaces()) {
    if (space.id == id) embeddings = space.pictures;
    known += (known.empty() ? "" : ", ") + std::to_string(space.id);
  }
  if (embeddings < 0)
    fail(ErrorKind::bad_input, "{}: has no space {}; choose one of: {}", library.path(), id,
         known.empty() ? "none, it is empty" : known);
  Transaction transaction(connection.database(), Transaction::Kind::write);
  connection.use(Query::delete_space)->number(id).run();
  transaction.commit();
  shrink(connection);
  return embeddings;
}

int64_t forget_paths(Library& library, const std::string& glob) {
  auto& connection = library.connection();
  std::vector<int64_t> pictures;
  {
    PictureFilter filter;
    filter.path_globs = {glob};
    pictures = library.matching(filter);
  }
  for (size_t begin = 0; begin < pictures.size(); begin += kAtOnce) {
    check_interrupt();
    Transaction transaction(connection.database(), Transaction::Kind::write);
    for (size_t i = begin; i < std::min(pictures.size(), begin + kAtOnce); ++i)
      delete_picture(connection, pictures[i]);
    transaction.commit();
  }
  std::vector<std::string> failures;
  {
    const auto row = connection.use(Query::errors_all);
    while (row->step())
      if (fits(glob, row->text_at(0))) failures.push_back(row->text_at(0));
  }
  Transaction transaction(connection.database(), Transaction::Kind::write);
  for (const std::string& path : failures) connection.use(Query::delete_error)->bytes(path).run();
  transaction.commit();
  shrink(connection);
  return static_cast<int64_t>(pictures.size());
}

}  // namespace tandem
