// Answers as CSV and JSON Lines.
#pragma once

#include <string>

#include "base/json.h"
#include "sort/sorter.h"

namespace tandem {

/// {"path", "categories": [{"name", "confidence", "group"}], "none_of_these", "margin"}; with
/// "path_hex" where the path is no UTF-8 (JSON then has it with U+FFFD).
OrderedJson sorted_json(const SortedPicture& picture, const Sorter& sorter);

/// "path,group,category,confidence,margin" with its line end.
std::string csv_header();
/// A row for each category that fits, and for each group where none does (its category empty).
/// Quoted as RFC 4180 asks; a path that a spreadsheet would take for a formula begins with "./",
/// which names the same file.
std::string csv_rows(const SortedPicture& picture, const Sorter& sorter);
std::string csv_cell(const std::string& text);

}  // namespace tandem
