#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_state.h"

namespace tandem {
namespace {

constexpr const char* kOpenAiStart = "<|startoftext|>";
constexpr const char* kOpenAiEnd = "<|endoftext|>";

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    add_byte(0);
  }
  void add(int64_t number) { add(std::to_string(number)); }
  uint64_t value() const { return value_; }

 private:
  void add_byte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3u; }
  uint64_t value_ = 0xCBF29CE484222325u;
};

/// The spelling in files: OpenAI's for start and end, which other libraries expect.
std::string spelling_in_files(const TokenizerState& state, int32_t id) {
  if (!state.is_hugging_face() && id == state.start) return kOpenAiStart;
  if (!state.is_hugging_face() && id == state.end) return kOpenAiEnd;
  return state.vocabulary.spelling(id);
}

void write_vocab(const TokenizerState& state, const std::string& path) {
  OrderedJson vocab = OrderedJson::object();
  // Its own insertion looks through all keys; a vocabulary's spellings differ.
  auto& entries = vocab.get_ref<OrderedJson::object_t&>();
  for (int32_t id = 0; id < state.vocabulary.size(); ++id)
    if (state.vocabulary.is_used(id)) entries.emplace_back(spelling_in_files(state, id), id);
  write_file(path, to_line(vocab) + "\n");
}

void write_merges(const TokenizerState& state, const std::string& path) {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : state.vocabulary.merges())
    text.append(left).append(" ").append(right).append("\n");
  write_file(path, text);
}

OrderedJson special_tokens(const TokenizerState& state) {
  OrderedJson tokens;
  tokens["bos_token"] = spelling_in_files(state, state.start);
  tokens["eos_token"] = spelling_in_files(state, state.end);
  tokens["unk_token"] = spelling_in_files(state, state.end);
  tokens["pad_token"] = spelling_in_files(state, state.pad);
  return tokens;
}

/// The file as it was read, or CLIPTokenizer's defaults, with Tandem's notes.
OrderedJson tokenizer_config(const TokenizerState& state) {
  OrderedJson config = {{"tokenizer_class", "CLIPTokenizer"},
                        {"do_lower_case", true},
                        {"add_prefix_space", false},
                        {"errors", "replace"}};
  if (!state.tokenizer_config.empty()) config = OrderedJson::parse(state.tokenizer_config);
  config.update(special_tokens(state));
  OrderedJson notes = {{"cleaning", name_of(state.cleaning)}, {"pad_id", state.pad}};
  for (size_t i = 2; i < state.specials.size(); ++i)  // after start and end
    notes["additional_specials"].push_back(state.specials[i].text);
  config["tandem"] = notes;
  return config;
}

}  // namespace

uint64_t TokenizerState::hash() const {
  Fnv fnv;
  for (int32_t id = 0; id < vocabulary.size(); ++id)
    fnv.add(vocabulary.is_used(id) ? std::string_view(vocabulary.spelling(id))
                                   : std::string_view());
  for (const auto& [left, right] : vocabulary.merges()) {
    fnv.add(left);
    fnv.add(right);
  }
  for (const Special& special : specials) {
    fnv.add(special.text);
    fnv.add(special.id);
  }
  for (const AddedToken& token : added_list) {
    fnv.add(token.content);
    fnv.add(token.id);
    fnv.add(token.single_word | token.lstrip << 1 | token.rstrip << 2 | token.normalized << 3);
  }
  return fnv.value();
}

std::string Tokenizer::describe() const {
  const TokenizerState& state = *state_;
  const std::string normalizer =
      state.is_hugging_face() ? fmt::format(" ({})", state.added.normalizer().describe()) : "";
  return fmt::format("clip-bpe vocabulary={} hash={:016x} cleaning={}{} start={} end={} pad={}",
                     vocab_size(), state.hash(), name_of(state.cleaning), normalizer, state.start,
                     state.end, state.pad);
}

void Tokenizer::write(const std::string& folder) const {
  const std::filesystem::path path(folder);
  write_vocab(*state_, (path / "vocab.json").string());
  write_merges(*state_, (path / "merges.txt").string());
  write_file((path / "tokenizer_config.json").string(), to_line(tokenizer_config(*state_)) + "\n");
  write_file((path / "special_tokens_map.json").string(), to_line(special_tokens(*state_)) + "\n");
  if (!state_->tokenizer_json.empty())
    write_file((path / "tokenizer.json").string(), state_->tokenizer_json);
}

}  // namespace tandem
