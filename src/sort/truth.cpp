#include "sort/truth.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/config_value.h"
#include "base/fail.h"
#include "base/files.h"
#include "data/csv.h"
#include "data/picture_names.h"
#include "data/printable.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMaxTableBytes = uint64_t{1} << 30;

using Places = std::map<std::string, CategoryPlace>;

Places places_of(const Taxonomy& taxonomy) {
  Places places;
  for (size_t g = 0; g < taxonomy.groups.size(); ++g)
    for (size_t c = 0; c < taxonomy.groups[g].categories.size(); ++c)
      places[taxonomy.groups[g].categories[c].name] = {g, c};
  return places;
}

bool is_picture_name(const fs::path& path) {
  const std::string name = path.filename().string();
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return false;
  std::string ending = name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  const auto& known = picture_extensions();
  return std::find(known.begin(), known.end(), ending) != known.end();
}

std::string nearest_category(const std::string& name, const Places& places) {
  std::vector<std::string> known = {kNoneName};
  for (const auto& [category, place] : places) known.push_back(category);
  return did_you_mean(name, known);
}

// The deepest folder that is a category's, so that "animals/dogs/spaniels/1.jpg" counts for
// "animals/dogs".
std::string category_folder(const fs::path& relative, const Places& places) {
  for (std::string folder = relative.generic_string(); !folder.empty();
       folder = fs::path(folder).parent_path().generic_string())
    if (places.contains(folder) || folder == kNoneName) return folder;
  return {};
}

void add(PictureTruth& truth, const std::string& category, const Places& places) {
  if (category == kNoneName || category.empty())
    truth.none = true;
  else if (const auto place = places.at(category);
           std::find(truth.categories.begin(), truth.categories.end(), place) ==
           truth.categories.end())
    truth.categories.push_back(place);
}

std::map<std::string, PictureTruth> read_folders(const std::string& folder, const Places& places,
                                                 std::vector<std::string>& remarks) {
  std::map<std::string, PictureTruth> truths;
  std::map<std::string, int64_t> unknown;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code unreadable;
    if (!at->is_regular_file(unreadable) || !is_picture_name(at->path())) continue;
    const fs::path relative = at->path().lexically_relative(folder).parent_path();
    const std::string category = category_folder(relative, places);
    if (category.empty())
      ++unknown[relative.generic_string()];
    else
      add(truths[at->path().string()], category, places);
  }
  if (error)
    fail(ErrorKind::io, "{}: cannot be read ({}); check its permissions", folder, error.message());
  for (const auto& [name, count] : unknown)
    remarks.push_back(
        fmt::format("{}: {} {} in the folder \"{}\", which is no category's{}; left out", folder,
                    count, count == 1 ? "picture is" : "pictures are", printable(name),
                    nearest_category(name, places)));
  return truths;
}

size_t column(const std::vector<std::string>& header, const std::string& name,
              const std::string& file) {
  const auto at = std::find(header.begin(), header.end(), name);
  if (at == header.end())
    fail(ErrorKind::bad_input,
         "{}: line 1: has no column {}; the first line of the table must be path,category", file,
         name);
  return static_cast<size_t>(at - header.begin());
}

std::map<std::string, PictureTruth> read_table(const std::string& file, const Places& places) {
  const std::string text = read_file(file, kMaxTableBytes);
  std::map<std::string, PictureTruth> truths;
  CsvRowFinder finder(',');
  size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  size_t path_column = 0, category_column = 0;
  int row = 0;
  for (size_t at = begin; at <= text.size(); ++at) {
    if (at < text.size() && !finder.ends_row(text[at])) continue;
    const std::string_view line = std::string_view(text).substr(begin, at - begin);
    begin = at + 1;
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    const auto cells = parse_csv_row(line, ',');
    if (++row == 1) {
      path_column = column(cells, "path", file);
      category_column = column(cells, "category", file);
      continue;
    }
    if (cells.size() <= std::max(path_column, category_column) || cells[path_column].empty())
      fail(ErrorKind::bad_input, "{}: row {}: has no path and category; give both", file, row);
    const std::string& category = cells[category_column];
    if (!category.empty() && category != kNoneName && !places.contains(category))
      fail(ErrorKind::bad_input, "{}: row {}: \"{}\" is no category of the taxonomy{}", file, row,
           printable(category), nearest_category(category, places));
    const fs::path path = fs::path(file).parent_path() / cells[path_column];
    add(truths[path.string()], category, places);
  }
  return truths;
}

void refuse_contradictions(const std::string& path, const PictureTruth& truth,
                           const Taxonomy& taxonomy) {
  if (truth.none && !truth.categories.empty())
    fail(ErrorKind::bad_input, "{}: is labelled none and \"{}\"; leave one out", path,
         taxonomy.groups[truth.categories[0].group].categories[truth.categories[0].category].name);
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    const auto fitting = truth_in(truth, g);
    if (!taxonomy.groups[g].exclusive || !fitting || fitting->size() < 2) continue;
    fail(ErrorKind::bad_input,
         "{}: is labelled \"{}\" and \"{}\", which exclude each other; leave one out or write "
         "exclusive = false in the group \"{}\"",
         path, taxonomy.groups[g].categories[(*fitting)[0]].name,
         taxonomy.groups[g].categories[(*fitting)[1]].name, taxonomy.groups[g].name);
  }
}

}  // namespace

std::optional<std::vector<size_t>> truth_in(const PictureTruth& truth, size_t group) {
  std::vector<size_t> fitting;
  for (const auto& place : truth.categories)
    if (place.group == group) fitting.push_back(place.category);
  if (fitting.empty() && !truth.none) return std::nullopt;
  std::sort(fitting.begin(), fitting.end());
  return fitting;
}

LabelledSet read_labelled(const std::string& path, const Taxonomy& taxonomy) {
  const Places places = places_of(taxonomy);
  LabelledSet set;
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  auto truths = is_folder ? read_folders(path, places, set.remarks) : read_table(path, places);
  if (truths.empty())
    fail(ErrorKind::bad_input,
         "{}: holds no labelled pictures; give one folder for each category, named like it, or a "
         "table with the columns path,category{}",
         path, set.remarks.empty() ? "" : fmt::format(" ({})", set.remarks.front()));
  for (auto& [picture, truth] : truths) {
    refuse_contradictions(picture, truth, taxonomy);
    set.pictures.push_back({picture, std::move(truth)});
  }
  return set;
}

}  // namespace tandem
