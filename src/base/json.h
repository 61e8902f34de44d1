// JSON documents: reading foreign ones within limits, writing ASCII-safe ones.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tandem {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Parses `text`; `name` says in errors where it comes from (a path). bad_input
/// where it is no JSON, nests deeper than 64 or repeats a key of an object.
Json parse_json(std::string_view text, const std::string& name);
/// read_file and parse_json.
Json read_json(const std::string& path);

/// An integer; Json's own error of types for another value, a number with a fraction or beyond 64
/// bits included (its get would convert them, beyond what is defined).
int64_t to_int64(const Json& value);
uint64_t to_uint64(const Json& value);

/// One line, ASCII only (\uXXXX for the rest; bytes that are no UTF-8 become
/// U+FFFD), floating point numbers with enough digits to round-trip.
std::string to_line(const Json& value);
std::string to_line(const OrderedJson& value);

}  // namespace tandem
