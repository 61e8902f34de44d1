// Typed fields of the JSON files of tokenizers, with the sentence where one is not so.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"

namespace tandem {

/// read_json; what is wrong with the file is bad_model.
Json read_model_json(const std::string& path);

/// The field of an object; bad_model naming `source` where it is missing or of
/// another type.
const Json& array_field(const Json& object, const char* name, const std::string& source);
const Json& object_field(const Json& object, const char* name, const std::string& source);
std::string string_field(const Json& object, const char* name, const std::string& source);
/// An id: from 0 to 16,777,215.
int32_t id_field(const Json& object, const char* name, const std::string& source);
int32_t id_value(const Json& value, const std::string& what, const std::string& source);
/// False where it is missing.
bool flag_field(const Json& object, const char* name, const std::string& source);

}  // namespace tandem
