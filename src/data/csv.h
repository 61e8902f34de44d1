// Comma and tab separated rows (RFC 4180, as spreadsheets and pandas write them).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Finds the ends of rows, one character after the other. A quote opens a quoted cell at the
/// cell's beginning alone; inside, two quotes are one and line ends belong to the cell.
class CsvRowFinder {
 public:
  explicit CsvRowFinder(char separator) : separator_(separator) {}
  /// Whether this character is the line end behind a row.
  bool ends_row(char c);
  bool in_quotes() const { return state_ == State::quoted; }

 private:
  enum class State { cell_begins, plain, quoted, quote_in_quoted };
  char separator_;
  State state_ = State::cell_begins;
};

/// The cells of one row, with or without its line end. What follows a closing quote up to the
/// separator belongs to the cell, as pandas takes it.
std::vector<std::string> parse_csv_row(std::string_view row, char separator);

}  // namespace tandem
