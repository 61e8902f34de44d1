#include "sort/tables.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "text/utf8.h"

namespace tandem {
namespace {

std::string safe_path(const std::string& path) {
  const bool formula = !path.empty() && std::string_view("=+-@\t\r").find(path[0]) != path.npos;
  return formula ? "./" + path : path;
}

}  // namespace

OrderedJson sorted_json(const SortedPicture& picture, const Sorter& sorter) {
  OrderedJson line{{"path", picture.path}, {"categories", OrderedJson::array()}};
  if (invalid_utf8_offset(picture.path) != std::string::npos)
    line["path_hex"] = to_hex(picture.path);
  for (const auto& fitting : sorter.fitting(picture))
    line["categories"].push_back({{"name", sorter.name_of(fitting)},
                                  {"confidence", fitting.confidence},
                                  {"group", sorter.taxonomy().groups[fitting.group].name}});
  line["none_of_these"] = picture.none_of_these();
  line["margin"] = picture.margin();
  return line;
}

std::string csv_header() { return "path,group,category,confidence,margin\r\n"; }

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csv_rows(const SortedPicture& picture, const Sorter& sorter) {
  const auto& groups = sorter.taxonomy().groups;
  const std::string path = csv_cell(safe_path(picture.path));
  const auto fitting = sorter.fitting(picture);
  std::string rows;
  for (size_t g = 0; g < groups.size(); ++g) {
    const std::string margin = fmt::format("{:.6f}", picture.groups[g].answer.margin);
    const std::string group = csv_cell(groups[g].name);
    for (const auto& one : fitting)
      if (one.group == g)
        rows += fmt::format("{},{},{},{:.6f},{}\r\n", path, group, csv_cell(sorter.name_of(one)),
                            one.confidence, margin);
    if (picture.groups[g].answer.fitting.empty())
      rows += fmt::format("{},{},,,{}\r\n", path, group, margin);
  }
  return rows;
}

}  // namespace tandem
