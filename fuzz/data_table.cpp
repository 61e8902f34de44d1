// Rows of tables: CSV cells, JSON objects with their fields, base64, and patterns of paths.
#include <string_view>

#include "data/base64.h"
#include "data/csv.h"
#include "data/path_patterns.h"
#include "data/record.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char separator : {',', '\t'}) {
    CsvRowFinder finder(separator);
    std::string row;
    size_t bytes = 0;
    for (const char c : text) {
      row += c;
      if (!finder.ends_row(c)) continue;
      for (const std::string& cell : parse_csv_row(row, separator)) bytes += cell.size();
      row.clear();
    }
    for (const std::string& cell : parse_csv_row(row, separator)) bytes += cell.size();
    if (bytes > size) std::abort();
  }
  if (const auto bytes = decode_base64(text); bytes && bytes->size() > size) std::abort();
  tandem_fuzz::expect_value_or_error([&] {
    // The first line is a field's path, the rest the object.
    const size_t line = text.find('\n');
    const std::string_view field = text.substr(0, line);
    Record record;
    record.set_fields(line == std::string_view::npos ? text : text.substr(line + 1), "input");
    for (const std::string& value : record.values(field))
      if (value.empty()) std::abort();
  });
  tandem_fuzz::expect_value_or_error([&] {
    if (size < 64) expand_braces(std::string(text));
  });
  return 0;
}
