#include "base/config_value.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr size_t kMaxShown = 80;  // characters of a value in a sentence

ConfigValue converted(const toml::node& node);

ConfigValue converted_table(const toml::table& table) {
  ConfigValue value{.kind = ConfigValue::Kind::table};
  for (const auto& [key, member] : table)
    value.members.emplace_back(std::string(key.str()), converted(member));
  // The parser sorts by name; errors shall come in the order of the file.
  std::stable_sort(value.members.begin(), value.members.end(),
                   [](const auto& a, const auto& b) { return a.second.line < b.second.line; });
  return value;
}

ConfigValue converted(const toml::node& node) {
  using Kind = ConfigValue::Kind;
  ConfigValue value;
  if (const auto* table = node.as_table()) {
    value = converted_table(*table);
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::list;
    for (const auto& item : *array) value.items.push_back(converted(item));
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::text;
    value.text = **text;
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::boolean;
    value.boolean = **boolean;
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::integer;
    value.integer = **integer;
    value.number = static_cast<double>(**integer);
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = Kind::number;
    value.number = **number;
  } else {
    value.kind = Kind::date;
    std::ostringstream written;
    if (const auto* date = node.as_date()) written << **date;
    if (const auto* time = node.as_time()) written << **time;
    if (const auto* both = node.as_date_time()) written << **both;
    value.text = written.str();
  }
  value.line = static_cast<int>(node.source().begin.line);
  return value;
}

std::string whole(const ConfigValue& value) {
  switch (value.kind) {
    case ConfigValue::Kind::boolean: return value.boolean ? "true" : "false";
    case ConfigValue::Kind::integer: return std::to_string(value.integer);
    case ConfigValue::Kind::number: return toml_number(value.number);
    case ConfigValue::Kind::text: return toml_text(value.text);
    case ConfigValue::Kind::date: return value.text;
    case ConfigValue::Kind::list: {
      std::vector<std::string> items;
      for (const auto& item : value.items) items.push_back(whole(item));
      return toml_list(items);
    }
    case ConfigValue::Kind::table: return "a table";
  }
  return {};
}

// Levenshtein's distance.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

ConfigValue parse_toml(std::string_view text, const std::string& name) {
  try {
    return converted_table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    fail(ErrorKind::bad_input, "{}: line {}: is no TOML ({}); mend the line", name,
         error.source().begin.line, error.description());
  }
}

ConfigValue parse_toml_value(std::string_view text, const std::string& name) {
  ConfigValue table;
  try {
    table = converted_table(toml::parse("value = " + std::string(text)));
  } catch (const toml::parse_error& error) {
    fail(ErrorKind::bad_input, "{}: {} is no value of TOML ({}); write it as in a file", name, text,
         error.description());
  }
  if (table.members.size() != 1 || table.members[0].first != "value")
    fail(ErrorKind::bad_input, "{}: holds more than one value; give one", name);
  return table.members[0].second;
}

std::string shown(const ConfigValue& value) {
  std::string text = whole(value);
  if (text.size() <= kMaxShown) return text;
  size_t end = kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\t')
      quoted += "\\t";
    else if (byte < ' ' || byte == 0x7F)
      quoted += fmt::format("\\u{:04X}", byte);
    else
      quoted += c;
  }
  return quoted + '"';
}

std::string toml_list(const std::vector<std::string>& values) {
  std::string list = "[";
  for (const auto& value : values) list += (list.size() > 1 ? ", " : "") + value;
  return list + "]";
}

std::string toml_number(double value) { return fmt::format("{}", value); }

void refuse_value(const std::string& where, const ConfigValue& value, const std::string& expected,
                  const std::string& example) {
  fail(ErrorKind::bad_input, "{}: {} stands where {} is expected; write it like {}", where,
       shown(value), expected, example);
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  size_t nearest = name.size() / 2 + 1;  // further ones are no likely slips
  std::string found;
  for (const auto& other : known)
    if (const size_t distance = edit_distance(name, other); distance < nearest) {
      nearest = distance;
      found = other;
    }
  return found.empty() ? "" : fmt::format(" (did you mean {}?)", found);
}

}  // namespace tandem
