// One object of a foreign JSON config, read by type: errors name the file, the key
// and what stands there.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace tandem {

/// Borrows the JSON. A key that is missing or null gives the fallback; a value
/// of another type is bad_model. Whole numbers may be spelled 4.0.
class ConfigObject {
 public:
  /// `name` is the file; bad_model where the value is no object.
  ConfigObject(const Json& json, const std::string& name);

  /// There, and not null.
  bool has(const std::string& key) const;
  /// The value; only for a key that is there.
  const Json& at(const std::string& key) const;
  /// "FILE: text_config.hidden_size".
  std::string where(const std::string& key) const;

  int integer(const std::string& key) const;  ///< bad_model where it is missing
  int integer(const std::string& key, int fallback) const;
  double number(const std::string& key, double fallback) const;
  bool boolean(const std::string& key, bool fallback) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  /// An object of its own; empty where it is missing.
  ConfigObject object(const std::string& key) const;
  /// One number for both, or a list of two.
  std::array<int, 2> pair(const std::string& key, std::array<int, 2> fallback) const;
  /// A list of that many numbers.
  std::array<double, 3> three(const std::string& key, std::array<double, 3> fallback) const;
  std::vector<int> integers(const std::string& key) const;
  std::vector<std::string> keys() const;

 private:
  ConfigObject(const Json& json, const std::string& file, const std::string& path);
  [[noreturn]] void wrong(const std::string& key, const char* expected) const;
  int integer_of(const Json& value, const std::string& key) const;

  const Json* json_;
  std::string file_;
  std::string path_;  // "text_config." for the keys inside
};

}  // namespace tandem
