#include "illustrate/picture_words.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "data/csv.h"
#include "illustrate/white_space.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxTable = uint64_t{256} << 20;
constexpr uint64_t kMaxText = uint64_t{64} << 10;

const std::vector<std::string> kPathColumns = {"path", "picture",  "image",
                                               "file", "filename", "key"};

/// Other ways to write a column's name.
std::string plain_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.starts_with("\xef\xbb\xbf")) name.erase(0, 3);
  if (name == "license") return "licence";
  if (name == "author" || name == "attribution") return "credit";
  if (name == "file_name" || name == "filepath") return "file";
  return name;
}

std::string key_of(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

std::vector<std::vector<std::string>> read_rows(const std::string& path) {
  const std::string text = read_file(path, kMaxTable);
  const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
  const char separator = first.find('\t') != std::string_view::npos ? '\t' : ',';
  std::vector<std::vector<std::string>> rows;
  CsvRowFinder finder(separator);
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() ? !finder.ends_row(text[i]) : begin == text.size()) continue;
    const size_t end = std::min(i + 1, text.size());
    rows.push_back(parse_csv_row(std::string_view(text).substr(begin, end - begin), separator));
    begin = end;
  }
  return rows;
}

std::optional<size_t> column_at(const std::vector<std::string>& header, const std::string& name) {
  const auto at = std::find_if(header.begin(), header.end(),
                               [&](const std::string& cell) { return plain_name(cell) == name; });
  if (at == header.end()) return std::nullopt;
  return static_cast<size_t>(at - header.begin());
}

void remember(std::map<std::string, std::optional<size_t>>& places, const std::string& key,
              size_t row) {
  const auto [at, fresh] = places.emplace(key, row);
  if (!fresh && at->second != row) at->second = std::nullopt;
}

}  // namespace

PictureTable PictureTable::read(const std::string& path, const std::vector<std::string>& columns) {
  auto rows = read_rows(path);
  std::vector<std::string> header;
  if (!rows.empty()) header = rows.front();
  std::optional<size_t> path_column;
  for (const auto& name : kPathColumns)
    if (!path_column) path_column = column_at(header, name);
  std::vector<std::optional<size_t>> places;
  for (const auto& name : columns) places.push_back(column_at(header, name));
  const bool any = std::any_of(places.begin(), places.end(), [](const auto& at) { return at; });
  std::string wanted;
  for (const auto& name : columns) wanted += (wanted.empty() ? "" : " or ") + name;
  if (!path_column || !any)
    fail(ErrorKind::bad_input,
         "{}: its first line must name a column path and a column {}; add the names of the columns",
         path, wanted);
  PictureTable table;
  table.columns_ = columns;
  const fs::path folder = fs::path(path).parent_path();
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto& cells = rows[i];
    if (*path_column >= cells.size() || cells[*path_column].empty()) continue;
    std::vector<std::string> kept;
    for (const auto& at : places)
      kept.push_back(at && *at < cells.size() ? collapsed(cells[*at]) : std::string());
    const size_t row = table.rows_.size();
    table.rows_.push_back(std::move(kept));
    const fs::path picture = cells[*path_column];
    remember(table.by_path_, key_of(folder / picture), row);
    remember(table.by_name_, picture.filename().string(), row);
    if (picture.has_extension()) remember(table.by_name_, picture.stem().string(), row);
  }
  return table;
}

std::string PictureTable::cell(const std::string& picture, const std::string& column) const {
  const auto named = std::find(columns_.begin(), columns_.end(), column);
  if (named == columns_.end()) return {};
  const fs::path path = picture;
  std::optional<size_t> row;
  if (const auto at = by_path_.find(key_of(path)); at != by_path_.end()) row = at->second;
  for (const auto& name : {path.filename().string(), path.stem().string()})
    if (const auto at = by_name_.find(name); !row && at != by_name_.end()) row = at->second;
  return row ? rows_[*row][static_cast<size_t>(named - columns_.begin())] : std::string();
}

std::string alt_beside(const std::string& picture) {
  std::error_code ignored;
  for (const fs::path& text :
       {fs::path(picture).replace_extension(".txt"), fs::path(picture + ".txt")})
    if (text != fs::path(picture) && fs::is_regular_file(text, ignored))
      return collapsed(read_file(text.string(), kMaxText));
  return {};
}

}  // namespace tandem
