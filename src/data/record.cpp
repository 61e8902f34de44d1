#include "data/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "data/printable.h"

namespace tandem {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

void append(std::vector<std::string>& values, const Json& value) {
  if (value.is_array()) {
    for (const Json& element : value)
      if (!element.is_array()) append(values, element);
  } else if (value.is_string()) {
    values.push_back(trimmed(value.get_ref<const std::string&>()));
  } else if (value.is_number() || value.is_boolean()) {
    values.push_back(value.dump());
  }
}

/// Follows "[0]", ".title" from `value` on; null where the path leads nowhere.
const Json* follow(const Json* value, std::string_view path) {
  while (value && !path.empty()) {
    if (path.front() == '[') {
      const size_t close = path.find(']');
      size_t index = 0;
      const char* end = path.data() + std::min(close, path.size());
      const auto parsed = std::from_chars(path.data() + 1, end, index);
      if (close == std::string_view::npos || parsed.ec != std::errc() || parsed.ptr != end)
        return nullptr;
      value = value->is_array() && index < value->size() ? &(*value)[index] : nullptr;
      path.remove_prefix(close + 1);
      continue;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const size_t length = std::min(path.find_first_of(".["), path.size());
    if (length == 0 || !value->is_object()) return nullptr;
    const auto found = value->find(std::string(path.substr(0, length)));
    value = found == value->end() ? nullptr : &*found;
    path.remove_prefix(length);
  }
  return value;
}

std::string filled_in(std::string sentence, const std::string& label) {
  return sentence.replace(sentence.find("{}"), 2, label);
}

void add_choice(std::vector<WeightedText>& texts, std::vector<std::string> values, double weight) {
  const double each = weight / static_cast<double>(values.size());
  for (std::string& value : values) texts.push_back({std::move(value), each});
}

std::string looked_for(const SourceConfig& config) {
  std::vector<std::string> fields;
  for (const TextChoice& choice : config.texts) fields.push_back(choice.field);
  if (fields.empty()) fields.assign(std::begin(kUsualTextFields), std::end(kUsualTextFields));
  return fmt::format("{}", fmt::join(fields, ", "));
}

bool is_weight(double weight) { return std::isfinite(weight) && weight >= 0; }

}  // namespace

Record::Record() = default;
Record::~Record() = default;
Record::Record(Record&&) noexcept = default;
Record& Record::operator=(Record&&) noexcept = default;

void Record::add(std::string name, std::string text) {
  texts_.emplace_back(std::move(name), std::move(text));
}

void Record::set_fields(std::string_view json, const std::string& source) {
  auto fields = std::make_unique<Json>(parse_json(json, source));
  if (!fields->is_object())
    fail(ErrorKind::bad_input, "{}: is no JSON object with the sample's fields; mend the data",
         source);
  fields_ = std::move(fields);
}

bool Record::has(std::string_view name) const {
  return std::any_of(texts_.begin(), texts_.end(), [&](const auto& t) { return t.first == name; });
}

std::vector<std::string> Record::values(std::string_view field) const {
  std::vector<std::string> values;
  const auto text = std::find_if(texts_.begin(), texts_.end(),
                                 [&](const auto& named) { return named.first == field; });
  if (text != texts_.end()) {
    values.push_back(trimmed(text->second));
  } else if (fields_) {
    // A key may hold dots itself.
    const auto whole = fields_->find(std::string(field));
    const Json* value = whole != fields_->end() ? &*whole : follow(fields_.get(), field);
    if (value) append(values, *value);
  }
  std::erase(values, "");
  return values;
}

std::optional<std::string> label_of(const Record& record, const SourceConfig& config) {
  for (const std::string& field : {config.label_key, std::string(kLabelFile)})
    if (const auto values = record.values(field); !values.empty()) return values.front();
  return std::nullopt;
}

std::vector<WeightedText> texts_of(const Record& record, const SourceConfig& config,
                                   const std::optional<std::string>& label) {
  std::vector<WeightedText> texts;
  for (const TextChoice& choice : config.texts)
    if (auto values = record.values(choice.field); !values.empty())
      add_choice(texts, std::move(values), choice.weight);
  if (config.texts.empty()) {
    for (const char* field : kUsualTextFields) {
      auto values = record.values(field);
      if (values.empty()) continue;
      add_choice(texts, std::move(values), 1);
      break;
    }
  }
  if (label && !config.templates.empty()) {
    std::vector<std::string> sentences;
    for (const std::string& sentence : config.templates)
      sentences.push_back(filled_in(sentence, *label));
    add_choice(texts, std::move(sentences), config.template_weight);
  }
  return texts;
}

bool is_wanted(const SourceConfig& config, const std::function<Record()>& record) {
  if (config.where.empty()) return true;
  try {
    const Record read = record();
    return std::all_of(config.where.begin(), config.where.end(), [&](const auto& condition) {
      const std::vector<std::string>& wanted = condition.second;
      const std::vector<std::string> values = read.values(condition.first);
      return std::find_first_of(values.begin(), values.end(), wanted.begin(), wanted.end()) !=
             values.end();
    });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) throw;
    return true;
  }
}

void fill_texts(const Record& record, const SourceConfig& config, bool required, Sample& sample) {
  sample.label = label_of(record, config);
  sample.texts = texts_of(record, config, sample.label);
  const bool drawable = std::any_of(sample.texts.begin(), sample.texts.end(),
                                    [](const WeightedText& text) { return text.weight > 0; });
  if (required && !drawable)
    fail(ErrorKind::bad_input,
         "{}: has no text (looked for {}); name its fields in `texts`, or leave the sample out",
         sample.key, printable(looked_for(config)));
}

void check_source(const SourceConfig& config) {
  if (config.path.empty()) fail(ErrorKind::bad_input, "a source has no path; give it one");
  bool weights = is_weight(config.weight) && is_weight(config.template_weight);
  for (const TextChoice& choice : config.texts) {
    weights = weights && is_weight(choice.weight);
    if (choice.field.empty())
      fail(ErrorKind::bad_input, "{}: a text has no field; name a file's ending or a JSON field",
           config.path);
  }
  if (!weights)
    fail(ErrorKind::bad_input, "{}: has a weight that is negative or no number; give 0 or more",
         config.path);
  for (const std::string& sentence : config.templates) {
    const size_t at = sentence.find("{}");
    if (at == std::string::npos || sentence.find("{}", at + 1) != std::string::npos)
      fail(ErrorKind::bad_input,
           "{}: the template \"{}\" must have {{}} once, where the label goes", config.path,
           printable(sentence));
  }
}

}  // namespace tandem
