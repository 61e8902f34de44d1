#include "checkpoint/config_difference.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace tandem {
namespace {

std::string value_of(const Json& object, const std::string& key) {
  return object.contains(key) ? to_line(object.at(key)) : "nothing";
}

// Objects are entered; `path` is their own.
std::optional<ConfigDifference> difference(const Json& a, const Json& b, const std::string& path) {
  Json keys = a;
  keys.update(b);
  for (const auto& [key, unused] : keys.items()) {
    const std::string inner = path.empty() ? key : path + "." + key;
    const bool objects =
        a.contains(key) && b.contains(key) && a[key].is_object() && b[key].is_object();
    if (objects) {
      if (auto found = difference(a[key], b[key], inner)) return found;
    } else if (value_of(a, key) != value_of(b, key)) {
      return ConfigDifference{inner, value_of(a, key), value_of(b, key)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConfigDifference> first_difference(const ModelConfig& a, const ModelConfig& b) {
  return difference(parse_json(describe(a), "a config"), parse_json(describe(b), "a config"), "");
}

}  // namespace tandem
