// From values to members and back, by the kinds of members that there are.
#include <fmt/core.h>

#include <limits>

#include "base/fail.h"
#include "train/run_config_keys.h"

namespace tandem {
namespace {

using Kind = ConfigValue::Kind;

template <class T>
inline constexpr bool kIsInteger =
    std::is_same_v<T, int> || std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>;

std::string with_article(const std::string& type) {
  if (type.starts_with("integer")) return "an " + type;
  for (const char* noun : {"number", "text", "list"})
    if (type.starts_with(noun)) return "a " + type;
  return type;
}

// The place of a text among the choices of a key.
size_t choice_of(const KeyBinding& key, const std::string& text) {
  size_t i = 0;
  while (i < key.choices.size() && key.choices[i] != text) ++i;
  return i;
}

class Reader {
 public:
  Reader(const KeyBinding& key, const ConfigValue& value, const std::string& where)
      : key_(key), value_(value), where_(where) {}

  void operator()(bool& member) const {
    if (value_.kind != Kind::boolean) refuse();
    member = value_.boolean;
  }
  void operator()(double& member) const {
    if (value_.kind != Kind::number && value_.kind != Kind::integer) refuse();
    if (!key_.limits.hold(value_.number)) refuse();
    member = value_.number;
  }
  template <class T>
  requires kIsInteger<T>
  void operator()(T& member) const {
    if (value_.kind != Kind::integer || !key_.limits.hold(value_.number)) refuse();
    if (!std::in_range<T>(value_.integer)) refuse();
    member = static_cast<T>(value_.integer);
  }
  void operator()(std::string& member) const {
    if (value_.kind != Kind::text) refuse();
    if (!key_.choices.empty() && choice_of(key_, value_.text) == key_.choices.size()) refuse();
    member = value_.text;
  }
  template <class T>
  requires std::is_enum_v<T>
  void operator()(T& member) const {
    const size_t choice =
        value_.kind == Kind::text ? choice_of(key_, value_.text) : key_.choices.size();
    if (choice == key_.choices.size()) refuse();
    member = static_cast<T>(choice);
  }
  void operator()(std::vector<std::string>& member) const {
    member.clear();
    if (value_.kind == Kind::text) {
      member.push_back(value_.text);
      return;
    }
    if (value_.kind != Kind::list) refuse();
    for (const auto& item : value_.items) {
      if (item.kind != Kind::text) refuse();
      member.push_back(item.text);
    }
  }
  void operator()(std::vector<SourceConfig>& member) const {
    member = read_sources(value_, where_);
  }

 private:
  [[noreturn]] void refuse() const {
    RunConfig defaults;
    refuse_value(where_, value_, with_article(type_of(key_)), written_key(key_, defaults));
  }

  const KeyBinding& key_;
  const ConfigValue& value_;
  const std::string& where_;
};

struct Writer {
  const KeyBinding& key;

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const { return toml_number(value); }
  template <class T>
  requires kIsInteger<T> std::string operator()(T value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return toml_text(value); }
  template <class T>
  requires std::is_enum_v<T> std::string operator()(T value) const {
    return toml_text(key.choices.at(static_cast<size_t>(value)));
  }
  std::string operator()(const std::vector<std::string>& values) const {
    std::vector<std::string> written;
    for (const auto& value : values) written.push_back(toml_text(value));
    return toml_list(written);
  }
  std::string operator()(const std::vector<SourceConfig>&) const { return {}; }
};

template <class Action>
auto visit_member(const KeyBinding& key, RunConfig& config, const Action& action) {
  return std::visit([&](const auto& accessor) { return action(accessor(config)); }, key.member);
}

}  // namespace

void read_key(const KeyBinding& key, const ConfigValue& value, const std::string& where,
              RunConfig& config) {
  visit_member(key, config, Reader(key, value, where));
}

std::string written_key(const KeyBinding& key, RunConfig& config) {
  return visit_member(key, config, Writer{key});
}

void check_key(const KeyBinding& key, RunConfig& config) {
  visit_member(key, config, [&](const auto& member) {
    using T = std::decay_t<decltype(member)>;
    bool good = true;
    if constexpr (kIsInteger<T> || std::is_same_v<T, double>)
      good = key.limits.hold(static_cast<double>(member));
    else if constexpr (std::is_same_v<T, std::string>)
      good = key.choices.empty() || choice_of(key, member) < key.choices.size();
    else if constexpr (std::is_same_v<T, std::vector<SourceConfig>>)
      check_sources(member, key.name);
    if (!good)
      fail(ErrorKind::bad_input, "{}: {} stands where {} is expected; change it", key.name,
           Writer{key}(member), with_article(type_of(key)));
  });
}

bool takes_bare_text(const KeyBinding& key) {
  const auto& member = key.member;
  return !std::holds_alternative<Accessor<bool>>(member) &&
         !std::holds_alternative<Accessor<double>>(member) &&
         !std::holds_alternative<Accessor<int>>(member) &&
         !std::holds_alternative<Accessor<int64_t>>(member) &&
         !std::holds_alternative<Accessor<uint64_t>>(member);
}

}  // namespace tandem
