#include "text/tokenizer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "text/json_fields.h"
#include "text/vocabulary_json.h"

namespace tandem {
namespace {

constexpr uint64_t kLargestFile = uint64_t{64} << 20;  // the published one has 2.2 MB

// CLIP's split pattern as these files spell it, with and without the specials
// (which are cut out before it is applied).
constexpr const char* kSplitPatterns[] = {
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)"};

[[noreturn]] void refuse(const std::string& source, const std::string& what) {
  fail(ErrorKind::unsupported, "{}: {}; only CLIP's byte-pair tokenizers are read", source, what);
}

void check_family(const Json& model, const std::string& source) {
  const std::string type = model.contains("type") ? string_field(model, "type", source) : "BPE";
  if (type == "WordPiece") refuse(source, "is a WordPiece tokenizer, as BERT's");
  if (type == "Unigram") refuse(source, "is a Unigram tokenizer, as T5's and SigLIP's");
  if (type != "BPE") refuse(source, "is a " + type + " tokenizer");
  if (flag_field(model, "byte_fallback", source))
    refuse(source, "is a byte-pair tokenizer with byte fallback, as Llama's and Gemma's");
  const Json suffix = model.value("end_of_word_suffix", Json());
  if (suffix != std::string(kEndOfWord))
    refuse(source, "is a byte-pair tokenizer without \"</w>\", as GPT-2's and RoBERTa's");
  const Json prefix = model.value("continuing_subword_prefix", Json());
  if (!prefix.is_null() && prefix != "") refuse(source, "has a prefix for the parts of a word");
  if (flag_field(model, "ignore_merges", source)) refuse(source, "ignores its merges");
  if (!model.value("dropout", Json()).is_null() && model["dropout"] != 0.0)
    refuse(source, "drops merges at random");
}

AddedToken added_token(const Json& json, const std::string& source) {
  AddedToken token;
  token.content = string_field(json, "content", source);
  token.id = id_field(json, "id", source);
  token.single_word = flag_field(json, "single_word", source);
  token.lstrip = flag_field(json, "lstrip", source);
  token.rstrip = flag_field(json, "rstrip", source);
  token.normalized = flag_field(json, "normalized", source);
  token.special = flag_field(json, "special", source);
  return token;
}

void add_tokens(TokenizerJson& parsed, const Json& root, const std::string& source) {
  if (!root.contains("added_tokens")) return;
  std::vector<std::string>& spellings = parsed.vocabulary.spellings;
  const size_t highest = spellings.size() + array_field(root, "added_tokens", source).size();
  for (const Json& json : root["added_tokens"]) {
    const AddedToken token = added_token(json, source);
    const auto id = static_cast<size_t>(token.id);
    if (id >= highest || token.content.empty())
      fail(ErrorKind::bad_model,
           "{}: the added token \"{}\" with id {} does not continue the vocabulary", source,
           token.content, id);
    if (id >= spellings.size()) spellings.resize(id + 1);
    if (!spellings[id].empty() && spellings[id] != token.content)
      fail(ErrorKind::bad_model,
           "{}: the vocabulary spells id {} \"{}\", the added tokens \"{}\"; get the file again",
           source, id, spellings[id], token.content);
    spellings[id] = token.content;
    parsed.added.push_back(token);
  }
}

void check_split(const Json& step, const std::string& source) {
  const Json pattern = object_field(step, "pattern", source).value("Regex", Json());
  const bool known = std::any_of(std::begin(kSplitPatterns), std::end(kSplitPatterns),
                                 [&](const char* text) { return pattern == text; });
  const bool inverted =
      step.value("behavior", Json()) == "Removed" && flag_field(step, "invert", source);
  if (!known || !inverted) refuse(source, "splits text by another pattern than CLIP's");
}

/// A Split by CLIP's pattern, then bytes: anything else is another tokenizer.
void check_pre_tokenizer(const Json& root, const std::string& source) {
  const Json& pre = object_field(root, "pre_tokenizer", source);
  const bool is_sequence = string_field(pre, "type", source) == "Sequence";
  const Json none = Json::array();
  const Json& steps = is_sequence ? array_field(pre, "pretokenizers", source) : none;
  if (steps.size() != 2) refuse(source, "does not split text as CLIP's do");
  if (string_field(steps[0], "type", source) != "Split" ||
      string_field(steps[1], "type", source) != "ByteLevel")
    refuse(source, "does not split text as CLIP's do");
  check_split(steps[0], source);
  if (flag_field(steps[1], "add_prefix_space", source))
    refuse(source, "puts a blank before a text");
}

/// [token, id] of RobertaProcessing.
int32_t id_of_pair(const Json& post, const char* name, const std::string& source) {
  const Json& pair = array_field(post, name, source);
  if (pair.size() != 2)
    fail(ErrorKind::bad_model, "{}: \"{}\" is no pair of token and id; get the file again", source,
         name);
  return id_value(pair[1], name, source);
}

/// The id of one special token of a TemplateProcessing, or -1 for a sequence.
int32_t id_of_item(const Json& item, const Json& post, const std::string& source) {
  if (!item.is_object() || !item.contains("SpecialToken")) return -1;
  const std::string name = string_field(item["SpecialToken"], "id", source);
  const Json& special =
      object_field(object_field(post, "special_tokens", source), name.c_str(), source);
  const Json& ids = array_field(special, "ids", source);
  if (ids.size() != 1) refuse(source, "puts several tokens for \"" + name + "\"");
  return id_value(ids[0], name, source);
}

void read_post_processor(TokenizerJson& parsed, const Json& post, const std::string& source) {
  if (post.is_null()) return;
  const std::string type = string_field(post, "type", source);
  if (type == "RobertaProcessing" || type == "BertProcessing") {
    parsed.start = id_of_pair(post, "cls", source);
    parsed.end = id_of_pair(post, "sep", source);
  } else if (type == "TemplateProcessing") {
    const Json& single = array_field(post, "single", source);
    if (single.size() != 3 || id_of_item(single[1], post, source) >= 0)
      refuse(source, "does not put one token before and one after a text");
    parsed.start = id_of_item(single[0], post, source);
    parsed.end = id_of_item(single[2], post, source);
  } else if (type == "Sequence") {
    for (const Json& inner : array_field(post, "processors", source))
      read_post_processor(parsed, inner, source);
  } else if (type != "ByteLevel") {
    refuse(source, "ends texts by \"" + type + "\"");
  }
}

}  // namespace

TokenizerJson read_tokenizer_json(const std::string& path) {
  TokenizerJson parsed;
  parsed.bytes = read_file(path, kLargestFile);
  parsed.vocabulary.source = path;
  const Json root =
      parse_vocabulary_json(parsed.bytes, VocabularyPlace::in_model, parsed.vocabulary);
  check_family(object_field(root, "model", path), path);
  if (parsed.vocabulary.spellings.empty() || parsed.vocabulary.merges.empty())
    fail(ErrorKind::bad_model, "{}: has no vocabulary or no merges; get the file again", path);
  add_tokens(parsed, root, path);
  parsed.normalizer = Normalizer::from_json(root.value("normalizer", Json()), path);
  check_pre_tokenizer(root, path);
  read_post_processor(parsed, root.value("post_processor", Json()), path);
  const Json padding = root.value("padding", Json());
  if (padding.is_object()) parsed.pad = id_field(padding, "pad_id", path);
  return parsed;
}

}  // namespace tandem
