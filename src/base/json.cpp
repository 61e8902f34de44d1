#include "base/json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/fail.h"
#include "base/files.h"

namespace tandem {
namespace {

constexpr int kMaxDepth = 64;

// The parser's reason quotes what it read last, which may be anything of any length.
std::string shown(std::string_view reason) {
  constexpr size_t kMaxBytes = 200;
  std::string text(reason.substr(0, kMaxBytes));
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return reason.size() > kMaxBytes ? text + "..." : text;
}

template <class AnyJson>
std::string dump_line(const AnyJson& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true, AnyJson::error_handler_t::replace);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& name) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth)
      fail(ErrorKind::bad_input, "{}: is nested deeper than {} levels; it is no file of a model",
           name, kMaxDepth);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      fail(ErrorKind::bad_input, "{}: has the key \"{}\" twice in one object; keep one of them",
           name, parsed.get<std::string>());
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    fail(ErrorKind::bad_input, "{}: is no JSON ({}); get the file again", name,
         shown(error.what()));
  }
}

Json read_json(const std::string& path) { return parse_json(read_file(path, 1 << 28), path); }

int64_t to_int64(const Json& value) {
  if (!value.is_number_integer()) value.get_ref<const Json::number_integer_t&>();  // throws
  return value.get<int64_t>();
}

uint64_t to_uint64(const Json& value) {
  if (!value.is_number_integer()) value.get_ref<const Json::number_integer_t&>();  // throws
  return value.get<uint64_t>();
}

std::string to_line(const Json& value) { return dump_line(value); }

std::string to_line(const OrderedJson& value) { return dump_line(value); }

}  // namespace tandem
