// SQLite as values that close themselves, with errors as sentences.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// An open database file. Used from one thread at a time.
class Database {
 public:
  /// `flags`: SQLITE_OPEN_...; `name` stands in errors.
  Database(const std::string& file, int flags, std::string name);

  sqlite3* handle() const { return handle_.get(); }
  const std::string& name() const { return name_; }
  /// Statements without values: the schema, pragmas, transactions.
  void run(const char* sql);
  /// The one number that a pragma or a count gives.
  int64_t number(const char* sql);
  int64_t last_row() const;  ///< id of the row that was inserted last
  int64_t changes() const;   ///< rows that the last statement changed

  /// Throws what SQLite says of `code` as a sentence with a way out.
  [[noreturn]] void refuse(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string name_;
};

/// A prepared statement. Values are bound in order, rows are stepped through, and columns of the
/// row are read; bytes live until the next step.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  /// Empty again, without values.
  Statement& reset();

  Statement& number(std::optional<int64_t> value);
  Statement& real(std::optional<double> value);
  Statement& text(std::string_view value);
  Statement& bytes(std::string_view value);
  Statement& nothing();

  bool step();  ///< whether there is a row
  void run();   ///< to the end, then reset

  int64_t number_at(int column) const;
  std::optional<int64_t> optional_number_at(int column) const;
  double real_at(int column) const;
  std::optional<double> optional_real_at(int column) const;
  /// Of text and blobs.
  std::string_view bytes_at(int column) const;
  std::string text_at(int column) const { return std::string(bytes_at(column)); }
  bool is_null_at(int column) const;

 private:
  Statement& bound(int code);
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
};

/// Resets a statement at the end of a scope, so that it holds no read transaction open.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(statement.reset()) {}
  ~StatementUse() { statement_.reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;
  Statement* operator->() const { return &statement_; }
  Statement& operator*() const { return statement_; }

 private:
  Statement& statement_;
};

/// All of it is done at commit(), or nothing. A read inside another transaction is part of that.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tandem
