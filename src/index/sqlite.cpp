#include "index/sqlite.h"

#include "base/fail.h"

namespace tandem {
namespace {

// A writer's transaction is a batch: others wait for it rather than fail.
constexpr int kWaitMilliseconds = 20'000;

/// Bytes, which may be none but must not be null: that would bind NULL.
const char* data_of(std::string_view value) { return value.data() ? value.data() : ""; }

}  // namespace

Database::Database(const std::string& file, int flags, std::string name) : name_(std::move(name)) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) refuse(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kWaitMilliseconds);
  // The file may come from anyone.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle()); }

int64_t Database::changes() const { return sqlite3_changes64(handle()); }

void Database::refuse(int code) const {
  const char* said = sqlite3_errmsg(handle());
  switch (code & 0xff) {
    case SQLITE_NOMEM: throw std::bad_alloc();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      fail(ErrorKind::io, "{}: another program is writing to it; try again when it is done", name_);
    case SQLITE_FULL:
      fail(ErrorKind::io,
           "{}: the disk is full; make room and run it again, what was committed is kept", name_);
    case SQLITE_READONLY:
      fail(ErrorKind::io, "{}: may not be written; check its permissions and those of its folder",
           name_);
    case SQLITE_CANTOPEN:
      fail(ErrorKind::io,
           "{}: cannot be opened ({}); check the path, and that its folder exists and may be "
           "written",
           name_, said);
    case SQLITE_NOTADB:
      fail(ErrorKind::bad_input,
           "{}: is no library of Tandem; name another file, or make one with: tandem index DIR "
           "--db FILE",
           name_);
    case SQLITE_CORRUPT:
      fail(ErrorKind::bad_input,
           "{}: is damaged ({}); try: tandem library check --db FILE, or take a copy", name_, said);
    case SQLITE_IOERR:
      fail(ErrorKind::io,
           "{}: cannot be read or written ({}); check the disk, and that there is room, then run "
           "it again",
           name_, said);
    default: fail(ErrorKind::io, "{}: {}; run: tandem library check --db FILE", name_, said);
  }
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) refuse(code);
}

int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number_at(0) : 0;
}

Statement::Statement(Database& database, const char* sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) database.refuse(code);
  statement_.reset(statement);
}

Statement& Statement::reset() {
  sqlite3_reset(statement_.get());  // repeats the error of the last step, which was thrown already
  sqlite3_clear_bindings(statement_.get());
  next_ = 1;
  return *this;
}

Statement& Statement::bound(int code) {
  if (code != SQLITE_OK) database_->refuse(code);
  ++next_;
  return *this;
}

Statement& Statement::number(std::optional<int64_t> value) {
  if (!value) return nothing();
  return bound(sqlite3_bind_int64(statement_.get(), next_, *value));
}

Statement& Statement::real(std::optional<double> value) {
  if (!value) return nothing();
  return bound(sqlite3_bind_double(statement_.get(), next_, *value));
}

Statement& Statement::text(std::string_view value) {
  return bound(sqlite3_bind_text64(statement_.get(), next_, data_of(value), value.size(),
                                   SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bytes(std::string_view value) {
  return bound(
      sqlite3_bind_blob64(statement_.get(), next_, data_of(value), value.size(), SQLITE_TRANSIENT));
}

Statement& Statement::nothing() { return bound(sqlite3_bind_null(statement_.get(), next_)); }

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  try {
    database_->refuse(code);
  } catch (...) {
    reset();
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

int64_t Statement::number_at(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<int64_t> Statement::optional_number_at(int column) const {
  if (is_null_at(column)) return std::nullopt;
  return number_at(column);
}

double Statement::real_at(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::optional<double> Statement::optional_real_at(int column) const {
  if (is_null_at(column)) return std::nullopt;
  return real_at(column);
}

std::string_view Statement::bytes_at(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), data ? static_cast<size_t>(size) : 0};
}

bool Statement::is_null_at(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  open_ = kind == Kind::write || sqlite3_get_autocommit(database.handle()) != 0;
  if (!open_) return;
  // A writer takes its lock at once: one that began by reading could fail half way.
  database_.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // Where a full disk already rolled back, there is nothing left to do.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0)
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  if (open_) database_.run("COMMIT");
  open_ = false;
}

}  // namespace tandem
