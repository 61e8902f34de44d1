#include "data/csv.h"

namespace tandem {

bool CsvRowFinder::ends_row(char c) {
  const bool quoted = state_ == State::quoted;
  if (quoted) {
    if (c == '"') state_ = State::quote_in_quoted;
    return false;
  }
  if (c == '\n') {
    state_ = State::cell_begins;
    return true;
  }
  if (c == '"' && state_ != State::plain) {
    state_ = State::quoted;  // a cell's first quote, or the second of a pair
  } else {
    state_ = c == separator_ ? State::cell_begins : State::plain;
  }
  return false;
}

std::vector<std::string> parse_csv_row(std::string_view row, char separator) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (row.ends_with('\r')) row.remove_suffix(1);
  std::vector<std::string> cells = {""};
  bool quoted = false, begins = true;
  for (size_t at = 0; at < row.size(); ++at) {
    const char c = row[at];
    if (quoted && c == '"' && at + 1 < row.size() && row[at + 1] == '"') {
      cells.back() += c;
      ++at;
    } else if (quoted && c == '"') {
      quoted = false;
    } else if (!quoted && c == '"' && begins) {
      quoted = true;
    } else if (!quoted && c == separator) {
      cells.emplace_back();
      begins = true;
      continue;
    } else {
      cells.back() += c;
    }
    begins = false;
  }
  return cells;
}

}  // namespace tandem
