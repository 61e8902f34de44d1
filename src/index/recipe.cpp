#include "index/recipe.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"

namespace tandem {
namespace {

std::string short_value(const Json& object, const std::string& key) {
  if (!object.contains(key)) return "not said";
  const Json& value = object[key];
  std::string text = value.is_string() ? value.get<std::string>() : to_line(value);
  constexpr size_t kMax = 60;
  return text.size() > kMax ? text.substr(0, kMax) + "..." : text;
}

}  // namespace

std::string recipe_difference(const std::string& theirs, const std::string& ours) {
  if (theirs == ours) return {};
  try {
    const Json a = parse_json(theirs, "recipe"), b = parse_json(ours, "recipe");
    Json keys = a;
    keys.update(b);
    std::string words;
    for (const auto& item : keys.items()) {
      const std::string there = short_value(a, item.key()), here = short_value(b, item.key());
      if (there != here)
        words +=
            fmt::format("{}{} is {}, not {}", words.empty() ? "" : "; ", item.key(), there, here);
    }
    return words;
  } catch (const std::exception&) {  // no recipe of ours: a library that others wrote
    return "the recipes are not the same";
  }
}

}  // namespace tandem
