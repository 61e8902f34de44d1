// A TOML value without the parser's types, and what errors call it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

struct ConfigValue {
  enum class Kind { boolean, integer, number, text, list, table, date };
  Kind kind = Kind::text;
  int line = 0;  ///< of its file, from 1; 0: from a flag
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;  ///< integers have it too
  std::string text{};
  std::vector<ConfigValue> items{};
  std::vector<std::pair<std::string, ConfigValue>> members{};  ///< in the file's order
};

/// The table of a whole file; `name` begins the sentence of errors. bad_input for what is no TOML,
/// with its line.
ConfigValue parse_toml(std::string_view text, const std::string& name);

/// One value as it would stand behind a `=`; bad_input for anything else.
ConfigValue parse_toml_value(std::string_view text, const std::string& name);

/// The value as one line of TOML, shortened for a sentence.
std::string shown(const ConfigValue& value);

/// A TOML string with its quotes.
std::string toml_text(std::string_view text);
/// [a, b] of what are TOML values already.
std::string toml_list(const std::vector<std::string>& values);
/// With enough digits to give the same number back.
std::string toml_number(double value);

/// Throws: "where: shown is no expected; the way out".
[[noreturn]] void refuse_value(const std::string& where, const ConfigValue& value,
                               const std::string& expected, const std::string& example);
/// " (did you mean x?)" for the nearest of `known`, nothing where none is near.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known);

}  // namespace tandem
