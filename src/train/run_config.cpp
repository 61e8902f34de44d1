#include "train/run_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/fail.h"
#include "base/files.h"
#include "text/utf8.h"
#include "train/run_config_keys.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Kind = ConfigValue::Kind;

bool is_section(const std::string& name) {
  const auto& keys = key_bindings();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const KeyBinding& key) { return key.name.starts_with(name + "."); });
}

[[noreturn]] void refuse_key(const std::string& where, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& key : key_bindings()) known.push_back(key.name);
  fail(ErrorKind::bad_input, "{}: {} is no key{}; `tandem train --help` lists them", where, name,
       did_you_mean(name, known));
}

void read_table(const ConfigValue& table, const std::string& prefix, const std::string& file,
                RunConfig& config) {
  for (const auto& [key, value] : table.members) {
    const std::string name = prefix + key;
    const std::string where = fmt::format("{}: line {}", file, value.line);
    if (const KeyBinding* known = find_key(name))
      read_key(*known, value, where + ": " + name, config);
    else if (value.kind == Kind::table && is_section(name))
      read_table(value, name + ".", file, config);
    else if (value.kind == Kind::table && !value.members.empty())
      refuse_key(where, name + "." + value.members[0].first);
    else
      refuse_key(where, name);
  }
}

// A flag's value: TOML, or where a text may stand the text itself.
ConfigValue flag_value(const KeyBinding& key, const std::string& text, const std::string& where) {
  if (invalid_utf8_offset(text) != std::string::npos)
    fail(ErrorKind::bad_input, "{}: is no UTF-8, which a run's file must be; rename what it names",
         where);
  const bool written_as_toml =
      text.starts_with('"') || text.starts_with('\'') || text.starts_with('[') ||
      (text.starts_with('{') &&
       std::holds_alternative<Accessor<std::vector<SourceConfig>>>(key.member));
  const ConfigValue bare{.kind = Kind::text, .text = text};
  if (takes_bare_text(key) && !written_as_toml) return bare;
  try {
    return parse_toml_value(text, where);
  } catch (const Error&) {
    if (written_as_toml) throw;
    return bare;  // to be refused with what may stand there
  }
}

// What a file's folder makes of a path in it.
std::string from_folder(const std::string& folder, const std::string& text, PathKind kind) {
  if (text.empty() || folder.empty() || fs::path(text).is_absolute()) return text;
  if (kind == PathKind::data && text.starts_with("pipe:")) return text;
  if (kind == PathKind::architecture && !text.ends_with(".json")) return text;
  const std::string joined = (fs::path(folder) / text).lexically_normal().string();
  std::error_code error;
  const bool may_be_a_name = kind == PathKind::model || kind == PathKind::templates;
  return may_be_a_name && !fs::exists(joined, error) ? text : joined;
}

// A source's only template without {} may be a file with one a line.
void read_template_files(std::vector<SourceConfig>& sources, const std::string& folder) {
  for (auto& source : sources) {
    if (source.templates.size() != 1 || source.templates[0].find("{}") != std::string::npos)
      continue;
    const std::string path = from_folder(folder, source.templates[0], PathKind::path);
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    source.templates.clear();
    std::istringstream lines(read_file(path, 1 << 24));
    for (std::string line; std::getline(lines, line);) {
      const size_t end = line.find_last_not_of(" \t\r");
      if (end != std::string::npos) source.templates.push_back(line.substr(0, end + 1));
    }
    if (source.templates.empty())
      fail(ErrorKind::bad_input, "{}: holds no template; write one with {{}} a line", path);
  }
}

}  // namespace

void change_paths(RunConfig& config,
                  const std::function<std::string(const std::string&, PathKind)>& change) {
  for (const auto& key : key_bindings()) {
    if (key.path == PathKind::none) continue;
    if (const auto* text = std::get_if<Accessor<std::string>>(&key.member)) {
      auto& member = (*text)(config);
      member = change(member, key.path);
    } else if (const auto* texts = std::get_if<Accessor<std::vector<std::string>>>(&key.member)) {
      for (auto& member : (*texts)(config)) member = change(member, key.path);
    } else if (const auto* all = std::get_if<Accessor<std::vector<SourceConfig>>>(&key.member)) {
      for (auto& source : (*all)(config)) source.path = change(source.path, key.path);
    }
  }
}

RunConfig parse_run_config(const std::string& toml, const std::string& name,
                           const std::string& folder,
                           const std::vector<std::pair<std::string, std::string>>& overrides) {
  RunConfig config;
  read_table(parse_toml(toml, name), "", name, config);
  change_paths(config, [&](const std::string& text, PathKind kind) {
    return from_folder(folder, text, kind);
  });
  for (auto* sources : {&config.data.train, &config.data.validation})
    read_template_files(*sources, folder);
  for (const auto& [key, text] : overrides) {
    const KeyBinding* known = find_key(key);
    if (known == nullptr) refuse_key("--" + key, key);
    read_key(*known, flag_value(*known, text, "--" + key), "--" + key, config);
  }
  for (auto* sources : {&config.data.train, &config.data.validation})
    read_template_files(*sources, "");
  return config;
}

RunConfig read_run_config(const std::string& path,
                          const std::vector<std::pair<std::string, std::string>>& overrides) {
  if (path.empty()) return parse_run_config("", "", "", overrides);
  return parse_run_config(read_file(path, 1 << 24), path, fs::path(path).parent_path().string(),
                          overrides);
}

std::string to_toml(const RunConfig& config) {
  RunConfig read = config;  // the accessors are for writing too
  std::string text, section;
  for (const auto& key : key_bindings()) {
    const std::string value = written_key(key, read);
    if (value.empty()) continue;
    const size_t dot = key.name.rfind('.');
    const std::string here = dot == std::string::npos ? "" : key.name.substr(0, dot);
    if (here != section) text += fmt::format("\n[{}]\n", here);
    section = here;
    text += fmt::format("{} = {}\n", key.name.substr(dot + 1), value);
  }
  for (const auto& source : config.data.train) text += written_source(source, "data.train");
  for (const auto& source : config.data.validation)
    text += written_source(source, "data.validation");
  return text;
}

}  // namespace tandem
