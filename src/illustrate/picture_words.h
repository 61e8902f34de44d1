// What people wrote about pictures: alt texts, credits, licences.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// A table with a line for each picture: .csv or .tsv, the first line names the columns.
class PictureTable {
 public:
  /// Errors: io; bad_input for a table without a column of paths (path, picture, image, file,
  /// filename, key) or with none of `columns`; limit.
  static PictureTable read(const std::string& path, const std::vector<std::string>& columns);

  /// The picture's cell, by its whole path (those in the table are relative to the table's
  /// folder), else by its file name or the name without its ending where only one line has it.
  /// Empty where there is none. `column`: one of those asked for.
  std::string cell(const std::string& picture, const std::string& column) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;                      ///< cells by columns_
  std::map<std::string, std::optional<size_t>> by_path_, by_name_;  ///< nothing: several
};

/// "moon.jpg" has its alt text in "moon.txt" beside it, or in "moon.jpg.txt"; white space is
/// collapsed. Empty where there is none. Error: io where it is there and cannot be read.
std::string alt_beside(const std::string& picture);

}  // namespace tandem
