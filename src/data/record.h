// What a sample says about itself, whatever it was read from, and the captions and label in it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"

namespace tandem {

/// Named texts (files by extension, columns) and at most one JSON object beside them.
class Record {
 public:
  Record();
  ~Record();
  Record(Record&&) noexcept;
  Record& operator=(Record&&) noexcept;

  void add(std::string name, std::string text);
  /// Errors: bad_input where it is no JSON object; `source` begins the sentence.
  void set_fields(std::string_view json, const std::string& source);

  bool has(std::string_view name) const;
  /// The texts at "caption", "meta.title" or "text[0]", without white space at the ends, those that
  /// are empty left out; a list's elements one by one; numbers and truth values spelled out. A
  /// named text goes before a field of the object. Empty where there is none.
  std::vector<std::string> values(std::string_view field) const;

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
  std::unique_ptr<Json> fields_;
};

/// By config.label_key, else "cls".
std::optional<std::string> label_of(const Record& record, const SourceConfig& config);
/// The captions by config.texts (or the usual fields), then by the templates.
std::vector<WeightedText> texts_of(const Record& record, const SourceConfig& config,
                                   const std::optional<std::string>& label);
/// Whether every field of config.where has one of its values. `record` is called where there are
/// conditions; what it refuses is wanted, so that reading the sample says why by its name (io
/// passes).
bool is_wanted(const SourceConfig& config, const std::function<Record()>& record);

/// The fields that hold captions where a source names none, the first found counting: a JSON's
/// before ".txt", as a list there may hold more than the one text that a file does.
inline constexpr const char* kUsualTextFields[] = {"text", "captions", "caption", "txt", "title"};
inline constexpr const char* kLabelFile = "cls";  ///< WebDataset's

/// Fills label and texts. Errors: bad_input, in `sample.key`'s name, without a text where one is
/// required.
void fill_texts(const Record& record, const SourceConfig& config, bool required, Sample& sample);

/// Checks weights, fields and templates; `config.path` begins the sentence (bad_input).
void check_source(const SourceConfig& config);

}  // namespace tandem
