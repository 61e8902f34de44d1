#include "text/json_fields.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr int64_t kMostIds = 1 << 24;

const Json& field(const Json& object, const char* name, const std::string& source) {
  if (!object.is_object() || !object.contains(name))
    fail(ErrorKind::bad_model, "{}: lacks the field \"{}\"; get the file again", source, name);
  return object.at(name);
}

[[noreturn]] void wrong_type(const char* name, const char* wanted, const std::string& source) {
  fail(ErrorKind::bad_model, "{}: its field \"{}\" is no {}; get the file again", source, name,
       wanted);
}

}  // namespace

Json read_model_json(const std::string& path) {
  try {
    return read_json(path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_input) throw;
    throw Error(ErrorKind::bad_model, error.what());
  }
}

const Json& array_field(const Json& object, const char* name, const std::string& source) {
  const Json& value = field(object, name, source);
  if (!value.is_array()) wrong_type(name, "array", source);
  return value;
}

const Json& object_field(const Json& object, const char* name, const std::string& source) {
  const Json& value = field(object, name, source);
  if (!value.is_object()) wrong_type(name, "object", source);
  return value;
}

std::string string_field(const Json& object, const char* name, const std::string& source) {
  const Json& value = field(object, name, source);
  if (!value.is_string()) wrong_type(name, "string", source);
  return value.get<std::string>();
}

int32_t id_field(const Json& object, const char* name, const std::string& source) {
  return id_value(field(object, name, source), name, source);
}

int32_t id_value(const Json& value, const std::string& what, const std::string& source) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() >= kMostIds)
    fail(ErrorKind::bad_model, "{}: \"{}\" has no id from 0 to {}; get the file again", source,
         what, kMostIds - 1);
  return value.get<int32_t>();
}

bool flag_field(const Json& object, const char* name, const std::string& source) {
  if (!object.contains(name)) return false;
  if (!object.at(name).is_boolean()) wrong_type(name, "boolean", source);
  return object.at(name).get<bool>();
}

}  // namespace tandem
