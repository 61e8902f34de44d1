#include "text/tokenizer_config.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "text/json_fields.h"

namespace tandem {
namespace {

constexpr Cleaning kCleanings[] = {Cleaning::openai,
                                   Cleaning::open_clip,
                                   Cleaning::canonicalize,
                                   Cleaning::whitespace,
                                   Cleaning::whitespace_underscore,
                                   Cleaning::hugging_face};
constexpr uint64_t kLargestConfig = uint64_t{1} << 24;

/// A token's spelling: a string, or an object with "content"; empty for null.
std::string token_field(const Json& object, const char* name, const std::string& source) {
  if (!object.contains(name) || object.at(name).is_null()) return {};
  const Json& value = object.at(name);
  return value.is_object() ? string_field(value, "content", source)
                           : string_field(object, name, source);
}

void take_token(std::string& token, const Json& object, const char* name,
                const std::string& source) {
  const std::string spelling = token_field(object, name, source);
  if (spelling.empty()) return;
  if (!token.empty() && token != spelling)
    fail(ErrorKind::bad_model,
         "{}: its \"{}\" is \"{}\", another file of the folder says \"{}\"; make them agree",
         source, name, spelling, token);
  token = spelling;
}

void take_tokens(TokenizerConfig& config, const Json& object, const std::string& source) {
  if (!object.is_object())
    fail(ErrorKind::bad_model, "{}: holds no JSON object; get the file again", source);
  take_token(config.start, object, "bos_token", source);
  take_token(config.end, object, "eos_token", source);
  take_token(config.pad, object, "pad_token", source);
}

void check_family(const Json& object, const std::string& source) {
  if (!object.contains("tokenizer_class") || object["tokenizer_class"].is_null()) return;
  const std::string name = string_field(object, "tokenizer_class", source);
  if (name == "CLIPTokenizer" || name == "CLIPTokenizerFast" || name == "PreTrainedTokenizerFast" ||
      name == "TokenizersBackend")
    return;
  fail(ErrorKind::unsupported, "{}: is for a {}; only CLIP's byte-pair tokenizers are read", source,
       name);
}

void take_notes(TokenizerConfig& config, const Json& object, const std::string& source) {
  if (!object.contains("tandem")) return;
  const Json& notes = object_field(object, "tandem", source);
  const std::string name = string_field(notes, "cleaning", source);
  config.cleaning = cleaning_named(name);
  if (!config.cleaning)
    fail(ErrorKind::unsupported, "{}: asks for a cleaning named \"{}\"; use a newer Tandem", source,
         name);
  if (notes.contains("pad_id")) config.pad_id = id_field(notes, "pad_id", source);
  if (!notes.contains("additional_specials")) return;
  for (const Json& special : array_field(notes, "additional_specials", source)) {
    if (!special.is_string())
      fail(ErrorKind::bad_model, "{}: an additional special token is no string", source);
    config.additional_specials.push_back(special.get<std::string>());
  }
}

}  // namespace

TokenizerConfig read_tokenizer_config(const TokenizerFiles& files) {
  TokenizerConfig config;
  if (!files.tokenizer_config.empty()) {
    const std::string& source = files.tokenizer_config;
    const Json object = read_model_json(source);
    take_tokens(config, object, source);
    check_family(object, source);
    take_notes(config, object, source);
    config.config_text = read_file(source, kLargestConfig);
  }
  if (!files.special_tokens_map.empty())
    take_tokens(config, read_model_json(files.special_tokens_map), files.special_tokens_map);
  return config;
}

const char* name_of(Cleaning cleaning) {
  switch (cleaning) {
    case Cleaning::openai: return "openai";
    case Cleaning::open_clip: return "open_clip";
    case Cleaning::canonicalize: return "canonicalize";
    case Cleaning::whitespace: return "whitespace";
    case Cleaning::whitespace_underscore: return "whitespace_underscore";
    case Cleaning::hugging_face: return "hugging_face";
  }
  return "";
}

std::optional<Cleaning> cleaning_named(const std::string& name) {
  for (const Cleaning cleaning : kCleanings)
    if (name == name_of(cleaning)) return cleaning;
  return std::nullopt;
}

}  // namespace tandem
