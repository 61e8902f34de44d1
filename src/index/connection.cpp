#include "index/connection.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/fail.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// A path as SQLite's URI, with what follows the question mark.
std::string uri_of(const std::string& path, const char* parameters) {
  static const char digits[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const unsigned char byte : fs::absolute(path).string()) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '/' || byte == '.' || byte == '-' ||
                       byte == '_';
    if (plain) {
      uri += static_cast<char>(byte);
    } else {
      uri += '%';
      uri += digits[byte >> 4];
      uri += digits[byte & 15];
    }
  }
  return uri + "?" + parameters;
}

bool is_writable(const std::string& path) {
  const std::string folder = fs::absolute(path).parent_path().string();
  return ::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0;
}

}  // namespace

int64_t now_in_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Library::Connection::Connection(const std::string& path, Purpose purpose) : path_(path) {
  if (path.empty()) fail(ErrorKind::bad_input, "a library needs a name; give --db FILE");
  std::error_code error;
  if (fs::is_directory(path, error))
    fail(ErrorKind::bad_input, "{}: is a folder; name the library's file", path);
  if (purpose == Purpose::write)
    open_to_write();
  else
    open_to_read();
  // What is written outside a transaction's file: temporary tables, bounded in memory.
  database_->run("PRAGMA temp_store = FILE; PRAGMA cell_size_check = ON");
}

void Library::Connection::open_to_read() {
  if (::access(path_.c_str(), F_OK) != 0)
    fail(ErrorKind::io, "{}: there is no library; make one with: tandem index DIR --db FILE",
         path_);
  if (is_writable(path_)) {
    // Readers of a WAL need its index beside it, which the first of them writes.
    database_.emplace(path_, SQLITE_OPEN_READWRITE, path_);
  } else if (::access((path_ + "-wal").c_str(), F_OK) == 0) {
    database_.emplace(path_, SQLITE_OPEN_READONLY, path_);
  } else {
    // On a medium that cannot be written nobody writes.
    database_.emplace(uri_of(path_, "immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path_);
  }
  check_format(false);
}

void Library::Connection::open_to_write() {
  std::error_code error;
  const fs::path folder = fs::path(path_).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);  // what fails here fails below
  lock_ = std::make_unique<WriteLock>(path_);
  database_.emplace(path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path_);
  check_format(true);
  const auto version = static_cast<int>(database_->number("PRAGMA user_version"));
  if (database_->number("PRAGMA application_id") == 0) {
    // Pages that hold a row's vector whole; freed pages can be given back (library forget).
    database_->run("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
  }
  database_->run("PRAGMA journal_mode = WAL");
  // A killed process loses what it had not committed; a power cut may lose the last commits too;
  // neither damages the file (sqlite.org/pragma.html#pragma_synchronous).
  database_->run(
      "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = "
      "67108864");
  migrate(version);
}

void Library::Connection::check_format(bool may_be_new) {
  const int64_t application = database_->number("PRAGMA application_id");
  const int64_t version = database_->number("PRAGMA user_version");
  if (application == 0 && version == 0 &&
      database_->number("SELECT count(*) FROM sqlite_schema") == 0) {
    if (may_be_new) return;
    fail(ErrorKind::bad_input, "{}: is empty; fill it with: tandem index DIR --db FILE", path_);
  }
  if (application != kLibraryApplication)
    fail(ErrorKind::bad_input, "{}: is a database of another program; name a library of Tandem",
         path_);
  if (version > kLibraryVersion)
    fail(ErrorKind::bad_input,
         "{}: has format {}, and this Tandem reads formats up to {}; use a newer Tandem", path_,
         version, kLibraryVersion);
  if (version < kLibraryVersion && !may_be_new)
    fail(ErrorKind::bad_input,
         "{}: has the older format {}; bring it up to date with: tandem library check --db FILE",
         path_, version);
}

void Library::Connection::migrate(int from) {
  if (from == kLibraryVersion) return;
  Transaction transaction(*database_, Transaction::Kind::write);
  for (int version = from; version < kLibraryVersion; ++version)
    database_->run(kMigrations[version]);
  // Pragmas take no values; these are constants of queries.h.
  static_assert(kLibraryApplication == 0x546e444c && kLibraryVersion == 1);
  database_->run("PRAGMA application_id = 0x546e444c; PRAGMA user_version = 1");
  transaction.commit();
}

StatementUse Library::Connection::use(Query query) {
  auto& statement = statements_[static_cast<size_t>(query)];
  if (!statement) statement.emplace(*database_, sql_of(query));
  return StatementUse(*statement);
}

void Library::Connection::check_writable() const {
  if (sqlite3_db_readonly(database_->handle(), "main") != 0)
    fail(ErrorKind::io, "{}: may not be written; check its permissions and those of its folder",
         path_);
}

}  // namespace tandem
