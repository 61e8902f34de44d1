// [[data.train]] and [[data.validation]]: where pairs come from.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "train/run_config_keys.h"

namespace tandem {
namespace {

using Kind = ConfigValue::Kind;

std::string read_text(const ConfigValue& value, const std::string& where) {
  if (value.kind != Kind::text || value.text.empty())
    refuse_value(where, value, "a text", "\"caption\"");
  return value.text;
}

// A single text is a list of one.
std::vector<std::string> read_texts(const ConfigValue& value, const std::string& where) {
  if (value.kind == Kind::text) return {read_text(value, where)};
  if (value.kind != Kind::list) refuse_value(where, value, "a list of texts", "[\"a\", \"b\"]");
  std::vector<std::string> texts;
  for (const auto& item : value.items) texts.push_back(read_text(item, where));
  return texts;
}

double read_weight(const ConfigValue& value, const std::string& where) {
  const bool number = value.kind == Kind::number || value.kind == Kind::integer;
  if (!number || !std::isfinite(value.number) || value.number < 0)
    refuse_value(where, value, "a number of at least 0", "2.5");
  return value.number;
}

TextChoice read_text_choice(const ConfigValue& value, const std::string& where) {
  if (value.kind == Kind::text) return {read_text(value, where)};
  if (value.kind != Kind::table)
    refuse_value(where, value, "a field", "\"txt\" or {field = \"caption\", weight = 2}");
  TextChoice choice;
  for (const auto& [name, member] : value.members) {
    if (name == "field")
      choice.field = read_text(member, where + ".field");
    else if (name == "weight")
      choice.weight = read_weight(member, where + ".weight");
    else
      fail(ErrorKind::bad_input, "{}.{}: is no key{}; a text has field and weight", where, name,
           did_you_mean(name, {"field", "weight"}));
  }
  if (choice.field.empty())
    fail(ErrorKind::bad_input, "{}: names no field; write {{field = \"caption\", weight = 2}}",
         where);
  return choice;
}

// One key of a source's table.
struct SourceKey {
  const char *name, *type, *default_value, *help;
  void (*read)(const ConfigValue& value, const std::string& where, SourceConfig& source);
};

const std::vector<SourceKey>& keys_of_sources() {
  using Value = ConfigValue;
  using Where = std::string;
  static const std::vector<SourceKey> keys = {
      {"path", "text", "\"\"",
       "tars (\"train-{0000..0007}.tar\", globs), \"pipe:COMMAND\", a .csv, .tsv or .jsonl file, "
       "or "
       "a folder",
       [](const Value& v, const Where& at, SourceConfig& s) { s.path = read_text(v, at); }},
      {"weight", "number of at least 0", "1", "how often a sample comes in an epoch",
       [](const Value& v, const Where& at, SourceConfig& s) { s.weight = read_weight(v, at); }},
      {"image_keys", "list of texts", "[]",
       "the picture: file endings in tars, else a column or key; empty: the usual ones",
       [](const Value& v, const Where& at, SourceConfig& s) { s.image_keys = read_texts(v, at); }},
      {"texts", "list of fields", "[]",
       "captions, each drawn by its weight: \"txt\", or {field = \"caption\", weight = 2}; empty: "
       "the usual ones",
       [](const Value& v, const Where& at, SourceConfig& s) {
         s.texts.clear();
         if (v.kind != Kind::list) return s.texts.push_back(read_text_choice(v, at));
         for (const auto& item : v.items) s.texts.push_back(read_text_choice(item, at));
       }},
      {"label_key", "text", "\"label\"", "the label that templates are filled with",
       [](const Value& v, const Where& at, SourceConfig& s) { s.label_key = read_text(v, at); }},
      {"templates", "list of texts", "[]",
       "sentences with one {} for the label: a list, a file with one a line, or simple, openai7 or "
       "openai80",
       [](const Value& v, const Where& at, SourceConfig& s) { s.templates = read_texts(v, at); }},
      {"template_weight", "number of at least 0", "1",
       "of all templates together, beside the weights of texts",
       [](const Value& v, const Where& at, SourceConfig& s) {
         s.template_weight = read_weight(v, at);
       }},
      {"where", "table of lists", "{}",
       "only samples whose field has one of these values: {source = [\"coco\"]}",
       [](const Value& v, const Where& at, SourceConfig& s) {
         if (v.kind != Kind::table) refuse_value(at, v, "a table", "{source = [\"coco\"]}");
         for (const auto& [field, values] : v.members)
           s.where[field] = read_texts(values, at + "." + field);
       }},
  };
  return keys;
}

SourceConfig read_source(const ConfigValue& value, const std::string& where) {
  SourceConfig source;
  if (value.kind == Kind::text) {
    source.path = read_text(value, where);
    return source;
  }
  if (value.kind != Kind::table)
    refuse_value(where, value, "a source", "\"pairs.tar\" or {path = \"pairs.tar\", weight = 2}");
  std::vector<std::string> known;
  for (const auto& key : keys_of_sources()) known.emplace_back(key.name);
  for (const auto& [name, member] : value.members) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end())
      fail(ErrorKind::bad_input, "{}.{}: is no key of a source{}; docs/run_config.md lists them",
           where, name, did_you_mean(name, known));
    keys_of_sources()[static_cast<size_t>(found - known.begin())].read(member, where + "." + name,
                                                                       source);
  }
  if (source.path.empty())
    fail(ErrorKind::bad_input, "{}: names no path; write path = \"pairs.tar\"", where);
  return source;
}

std::string written_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> written;
  for (const auto& text : texts) written.push_back(toml_text(text));
  return toml_list(written);
}

std::string written_choices(const std::vector<TextChoice>& choices) {
  std::vector<std::string> written;
  for (const auto& choice : choices)
    written.push_back(fmt::format("{{field = {}, weight = {}}}", toml_text(choice.field),
                                  toml_number(choice.weight)));
  return toml_list(written);
}

}  // namespace

const std::vector<ConfigKey>& source_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> made;
    for (const auto& key : keys_of_sources())
      made.push_back({key.name, key.type, key.default_value, key.help});
    return made;
  }();
  return keys;
}

std::vector<SourceConfig> read_sources(const ConfigValue& value, const std::string& where) {
  if (value.kind != Kind::list) return {read_source(value, where)};
  std::vector<SourceConfig> sources;
  for (size_t i = 0; i < value.items.size(); ++i)
    sources.push_back(read_source(value.items[i], fmt::format("{}[{}]", where, i)));
  return sources;
}

std::string written_source(const SourceConfig& source, const std::string& name) {
  std::string text = fmt::format(
      "\n[[{}]]\npath = {}\nweight = {}\nimage_keys = {}\ntexts = {}\nlabel_key = {}\n"
      "templates = {}\ntemplate_weight = {}\n",
      name, toml_text(source.path), toml_number(source.weight), written_texts(source.image_keys),
      written_choices(source.texts), toml_text(source.label_key), written_texts(source.templates),
      toml_number(source.template_weight));
  for (const auto& [field, values] : source.where)
    text += fmt::format("where.{} = {}\n", toml_text(field), written_texts(values));
  return text;
}

void check_sources(const std::vector<SourceConfig>& sources, const std::string& name) {
  double weight = 0;
  for (const auto& source : sources) {
    const auto bad = [&](const std::string& what) {
      fail(ErrorKind::bad_input, "{}: the source {} {}", name, source.path, what);
    };
    if (source.path.empty())
      fail(ErrorKind::bad_input, "{}: a source has no path; give it one", name);
    for (const double value : {source.weight, source.template_weight})
      if (!std::isfinite(value) || value < 0) bad("has a weight below 0; give one of at least 0");
    for (const auto& text : source.templates)
      if (const size_t at = text.find("{}");
          at == std::string::npos || text.find("{}", at + 2) != std::string::npos)
        bad(
            fmt::format("has the template {}, which is neither a sentence with one {{}} nor a file "
                        "nor a set; the sets are simple, openai7 and openai80",
                        toml_text(text)));
    weight += source.weight;
  }
  if (!sources.empty() && weight == 0)
    fail(ErrorKind::bad_input, "{}: every source has weight 0; give one of them more", name);
}

}  // namespace tandem
