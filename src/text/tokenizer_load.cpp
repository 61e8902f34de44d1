#include <algorithm>

#include "base/fail.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_state.h"
#include "text/vocabulary_files.h"

namespace tandem {
namespace {

constexpr const char* kOpenAiStart = "<|startoftext|>";
constexpr const char* kOpenAiEnd = "<|endoftext|>";
constexpr const char* kOpenClipStart = "<start_of_text>";
constexpr const char* kOpenClipEnd = "<end_of_text>";

/// The strings that stand for start and end in a text.
std::string start_of(Cleaning cleaning) {
  return cleaning == Cleaning::openai ? kOpenAiStart : kOpenClipStart;
}
std::string end_of(Cleaning cleaning) {
  return cleaning == Cleaning::openai ? kOpenAiEnd : kOpenClipEnd;
}

/// The id of the first of these spellings that there is; empty ones are passed over.
int32_t find_special(const std::vector<std::string>& spellings,
                     const std::vector<std::string>& names, const std::string& source) {
  for (const std::string& name : names) {
    const auto found = std::find(spellings.begin(), spellings.end(), name);
    if (!name.empty() && found != spellings.end())
      return static_cast<int32_t>(found - spellings.begin());
  }
  fail(ErrorKind::bad_model, "{}: has no token \"{}\"; use the vocabulary of a CLIP", source,
       names.front().empty() ? names[1] : names.front());
}

/// open_clip joins additional specials to its pattern unescaped: operators of
/// regular expressions would have a meaning there.
void check_additional(const std::vector<std::string>& specials) {
  constexpr std::string_view kOperators = "\\^$*+?()[]{}|";
  for (const std::string& special : specials) {
    const bool plain = std::all_of(special.begin(), special.end(), [&](char c) {
      return c > ' ' && c < 0x7F && kOperators.find(c) == kOperators.npos;
    });
    if (special.empty() || !plain)
      fail(
          ErrorKind::unsupported,
          "the additional special token \"{}\" is empty, not printable ASCII, or holds an operator "
          "of regular expressions; spell it otherwise",
          special);
  }
}

/// The tokens that CLIPTokenizerFast adds: the end is cut from the raw text, the
/// start from the normalized one, as in the published tokenizer.json.
std::vector<AddedToken> tokens_of_clip(const std::vector<std::string>& spellings, int32_t start,
                                       int32_t end) {
  AddedToken first, last;
  first.content = spellings[static_cast<size_t>(start)];
  first.id = start;
  first.normalized = first.special = true;
  last.content = spellings[static_cast<size_t>(end)];
  last.id = end;
  last.special = true;
  return {first, last};
}

int32_t pad_of(const TokenizerConfig& config, const std::vector<std::string>& spellings,
               int32_t otherwise, const std::string& source) {
  if (config.pad_id) return *config.pad_id;
  return config.pad.empty() ? otherwise : find_special(spellings, {config.pad}, source);
}

std::unique_ptr<TokenizerState> make_hugging_face(VocabularyParts parts,
                                                  const Normalizer& normalizer,
                                                  std::vector<AddedToken> added, int32_t start,
                                                  int32_t end, int32_t pad) {
  return std::make_unique<TokenizerState>(
      TokenizerState{Vocabulary(std::move(parts.spellings), std::move(parts.merges),
                                MergeOrder::one_at_a_time, parts.source),
                     Cleaning::hugging_face,
                     WordSplitter(/*ignore_case=*/false, {}),
                     {},
                     AddedTokens(added, normalizer),
                     std::move(added),
                     start,
                     end,
                     pad,
                     {},
                     {}});
}

/// OpenAI's and open_clip's: `start` and `end` are respelled as these know them.
std::unique_ptr<TokenizerState> make_simple(VocabularyParts parts, Cleaning cleaning, int32_t start,
                                            int32_t end,
                                            const std::vector<std::string>& additional) {
  check_additional(additional);
  std::vector<TokenizerState::Special> specials = {{start_of(cleaning), start},
                                                   {end_of(cleaning), end}};
  std::vector<WordSplitter::Special> patterns = {{start_of(cleaning), false},
                                                 {end_of(cleaning), false}};
  parts.spellings[static_cast<size_t>(start)] = start_of(cleaning);
  parts.spellings[static_cast<size_t>(end)] = end_of(cleaning);
  for (const std::string& special : additional) {
    const auto found = std::find(parts.spellings.begin(), parts.spellings.end(), special);
    specials.push_back({special, static_cast<int32_t>(found - parts.spellings.begin())});
    if (found == parts.spellings.end()) parts.spellings.push_back(special);
    patterns.push_back({special, true});
  }
  return std::make_unique<TokenizerState>(
      TokenizerState{Vocabulary(std::move(parts.spellings), std::move(parts.merges),
                                MergeOrder::all_of_a_rank, parts.source),
                     cleaning,
                     WordSplitter(/*ignore_case=*/true, std::move(patterns)),
                     std::move(specials),
                     {},
                     {},
                     start,
                     end,
                     /*pad=*/0,
                     {},
                     {}});
}

/// Two files of a folder that spell an id differently are not of one model.
void check_same_vocabulary(const std::string& vocab, const std::vector<std::string>& spellings,
                           const std::string& source) {
  const std::vector<std::string> others = read_vocab(vocab);
  for (size_t id = 0; id < others.size(); ++id)
    if (!others[id].empty() && (id >= spellings.size() || spellings[id] != others[id]))
      fail(ErrorKind::bad_model,
           "{}: spells id {} \"{}\", which {} does not; keep the file that belongs to the weights",
           vocab, id, others[id], source);
}

std::unique_ptr<TokenizerState> load_tokenizer_json(const TokenizerFiles& files,
                                                    const TokenizerConfig& config) {
  const std::string& source = files.tokenizer_json;
  TokenizerJson parsed = read_tokenizer_json(source);
  const std::vector<std::string>& spellings = parsed.vocabulary.spellings;
  const auto known = [&](int32_t id) {
    return id >= 0 && id < static_cast<int32_t>(spellings.size()) &&
           !spellings[static_cast<size_t>(id)].empty();
  };
  const int32_t start = parsed.start >= 0
                            ? parsed.start
                            : find_special(spellings, {config.start, kOpenAiStart}, source);
  const int32_t end =
      parsed.end >= 0 ? parsed.end : find_special(spellings, {config.end, kOpenAiEnd}, source);
  const int32_t pad = parsed.pad >= 0 ? parsed.pad : pad_of(config, spellings, end, source);
  if (!known(start) || !known(end) || !known(pad))
    fail(ErrorKind::bad_model,
         "{}: begins, ends or pads a text with an id that is not in its vocabulary; get the file "
         "again",
         source);
  if (!files.vocab.empty()) check_same_vocabulary(files.vocab, spellings, source);
  auto state = make_hugging_face(std::move(parsed.vocabulary), parsed.normalizer,
                                 std::move(parsed.added), start, end, pad);
  state->tokenizer_json = std::move(parsed.bytes);
  return state;
}

std::unique_ptr<TokenizerState> load_vocab_and_merges(const TokenizerFiles& files,
                                                      const TokenizerConfig& config,
                                                      Cleaning cleaning) {
  VocabularyParts parts = read_vocab_and_merges(files.vocab, files.merges);
  const int32_t start =
      find_special(parts.spellings, {config.start, kOpenAiStart, kOpenClipStart}, files.vocab);
  const int32_t end =
      find_special(parts.spellings, {config.end, kOpenAiEnd, kOpenClipEnd}, files.vocab);
  if (cleaning == Cleaning::hugging_face) {
    const int32_t pad = pad_of(config, parts.spellings, end, files.vocab);
    std::vector<AddedToken> added = tokens_of_clip(parts.spellings, start, end);
    return make_hugging_face(std::move(parts), Normalizer::of_clip(), std::move(added), start, end,
                             pad);
  }
  std::vector<std::string> additional = config.additional_specials;
  additional.insert(additional.end(), files.additional_specials.begin(),
                    files.additional_specials.end());
  return make_simple(std::move(parts), cleaning, start, end, additional);
}

std::unique_ptr<TokenizerState> load_bpe_vocab(const TokenizerFiles& files, Cleaning cleaning,
                                               int vocab_size) {
  VocabularyParts parts = read_bpe_vocab(files.bpe_vocab, vocab_size, {kOpenAiStart, kOpenAiEnd});
  const auto end = static_cast<int32_t>(parts.spellings.size()) - 1;
  if (cleaning == Cleaning::hugging_face) {
    std::vector<AddedToken> added = tokens_of_clip(parts.spellings, end - 1, end);
    return make_hugging_face(std::move(parts), Normalizer::of_clip(), std::move(added), end - 1,
                             end, end);
  }
  return make_simple(std::move(parts), cleaning, end - 1, end, files.additional_specials);
}

}  // namespace

Tokenizer Tokenizer::load(const TokenizerFiles& files, Cleaning cleaning, int vocab_size) {
  const TokenizerConfig config = read_tokenizer_config(files);
  if (config.cleaning) cleaning = *config.cleaning;
  if (!files.tokenizer_json.empty()) {
    auto state = load_tokenizer_json(files, config);
    state->tokenizer_config = config.config_text;
    return Tokenizer(std::move(state));
  }
  if (files.vocab.empty() != files.merges.empty())
    fail(ErrorKind::bad_model, "{}: has no {} beside it; a tokenizer needs both",
         files.vocab.empty() ? files.merges : files.vocab,
         files.vocab.empty() ? "vocab.json" : "merges.txt");
  if (files.vocab.empty() && files.bpe_vocab.empty())
    fail(ErrorKind::bad_model,
         "the model has no tokenizer; give it tokenizer.json, vocab.json with merges.txt, or "
         "bpe_simple_vocab_16e6.txt.gz");
  auto state = files.vocab.empty() ? load_bpe_vocab(files, cleaning, vocab_size)
                                   : load_vocab_and_merges(files, config, cleaning);
  state->tokenizer_config = config.config_text;
  return Tokenizer(std::move(state));
}

}  // namespace tandem
