// An opened library's file with its statements, for the files of this room.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "index/library.h"
#include "index/queries.h"
#include "index/sqlite.h"
#include "index/write_lock.h"

namespace tandem {

class Library::Connection {
 public:
  enum class Purpose { read, write };
  Connection(const std::string& path, Purpose purpose);

  Database& database() { return *database_; }
  const std::string& path() const { return path_; }
  /// The statement of this name, prepared the first time, empty and ready for values.
  StatementUse use(Query query);
  /// Error: io where the library was opened to read.
  void check_writable() const;

 private:
  void open_to_read();
  void open_to_write();
  void check_format(bool may_be_new);
  void migrate(int from);

  std::string path_;
  std::unique_ptr<WriteLock> lock_;  // outlives the database
  std::optional<Database> database_;
  std::array<std::optional<Statement>, static_cast<size_t>(Query::count_)> statements_;
};

/// Seconds since 1970.
int64_t now_in_seconds();

}  // namespace tandem
