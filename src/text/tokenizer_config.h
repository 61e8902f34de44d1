// tokenizer_config.json and special_tokens_map.json: which tokens begin, end and
// pad a text, and whose tokenizer it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace tandem {

/// Spellings, empty where no file says; `cleaning` and `additional_specials` are
/// Tandem's own notes, in the folders that it writes.
struct TokenizerConfig {
  std::string start, end, pad;
  std::optional<Cleaning> cleaning;
  std::optional<int32_t> pad_id;
  std::vector<std::string> additional_specials;
  std::string config_text;  ///< tokenizer_config.json as it was read, or empty
};

/// Reads the files that are given. unsupported, by name, for the tokenizer class
/// of another family; bad_model where the two files name different tokens.
TokenizerConfig read_tokenizer_config(const TokenizerFiles& files);

/// "open_clip".
const char* name_of(Cleaning cleaning);
/// The reverse; nothing for another name.
std::optional<Cleaning> cleaning_named(const std::string& name);

}  // namespace tandem
