#include "checkpoint/config_object.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

const Json kEmpty = Json::object();

}  // namespace

ConfigObject::ConfigObject(const Json& json, const std::string& name)
    : ConfigObject(json, name, "") {}

ConfigObject::ConfigObject(const Json& json, const std::string& file, const std::string& path)
    : json_(&json), file_(file), path_(path) {
  if (!json.is_object())
    fail(ErrorKind::bad_model, "{}: {} is no JSON object; get the file again", file,
         path.empty() ? "it" : path.substr(0, path.size() - 1));
}

bool ConfigObject::has(const std::string& key) const {
  const auto at = json_->find(key);
  return at != json_->end() && !at->is_null();
}

const Json& ConfigObject::at(const std::string& key) const { return json_->at(key); }

std::string ConfigObject::where(const std::string& key) const { return file_ + ": " + path_ + key; }

void ConfigObject::wrong(const std::string& key, const char* expected) const {
  fail(ErrorKind::bad_model, "{} is {}, where {} is expected; get the config again", where(key),
       quote_name(to_line(at(key))), expected);
}

int ConfigObject::integer_of(const Json& value, const std::string& key) const {
  if (!value.is_number()) wrong(key, "a whole number");
  const double number = value.get<double>();
  if (number != std::floor(number) || std::abs(number) > std::numeric_limits<int>::max())
    wrong(key, "a whole number");
  return static_cast<int>(number);
}

int ConfigObject::integer(const std::string& key) const {
  if (!has(key)) fail(ErrorKind::bad_model, "{} is missing; get the config again", where(key));
  return integer_of(at(key), key);
}

int ConfigObject::integer(const std::string& key, int fallback) const {
  return has(key) ? integer_of(at(key), key) : fallback;
}

double ConfigObject::number(const std::string& key, double fallback) const {
  if (!has(key)) return fallback;
  if (!at(key).is_number()) wrong(key, "a number");
  return at(key).get<double>();
}

bool ConfigObject::boolean(const std::string& key, bool fallback) const {
  if (!has(key)) return fallback;
  if (!at(key).is_boolean()) wrong(key, "true or false");
  return at(key).get<bool>();
}

std::string ConfigObject::text(const std::string& key, const std::string& fallback) const {
  if (!has(key)) return fallback;
  if (!at(key).is_string()) wrong(key, "a text");
  return at(key).get<std::string>();
}

ConfigObject ConfigObject::object(const std::string& key) const {
  return ConfigObject(has(key) ? at(key) : kEmpty, file_, path_ + key + ".");
}

std::array<int, 2> ConfigObject::pair(const std::string& key, std::array<int, 2> fallback) const {
  if (!has(key)) return fallback;
  if (!at(key).is_array()) return {integer(key), integer(key)};
  const auto values = integers(key);
  if (values.size() == 1) return {values[0], values[0]};
  if (values.size() != 2) wrong(key, "a number or a list of two");
  return {values[0], values[1]};
}

std::array<double, 3> ConfigObject::three(const std::string& key,
                                          std::array<double, 3> fallback) const {
  if (!has(key)) return fallback;
  const Json& list = at(key);
  if (!list.is_array() || list.size() != 3) wrong(key, "a list of three numbers");
  std::array<double, 3> values{};
  for (size_t i = 0; i < 3; ++i) {
    if (!list[i].is_number()) wrong(key, "a list of three numbers");
    values[i] = list[i].get<double>();
  }
  return values;
}

std::vector<int> ConfigObject::integers(const std::string& key) const {
  if (!at(key).is_array()) wrong(key, "a list of whole numbers");
  std::vector<int> values;
  for (const auto& value : at(key)) values.push_back(integer_of(value, key));
  return values;
}

std::vector<std::string> ConfigObject::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json_->items())
    if (!value.is_null()) keys.push_back(key);
  return keys;
}

}  // namespace tandem
