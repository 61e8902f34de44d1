#include "text/tokenizer.h"

#include <algorithm>

#include "base/fail.h"
#include "text/clean.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_state.h"
#include "text/utf8.h"

namespace tandem {
namespace {

void check_utf8(std::string_view text) {
  const size_t offset = invalid_utf8_offset(text);
  if (offset != std::string_view::npos)
    fail(ErrorKind::bad_input, "the text is no UTF-8 at byte {}; convert it to UTF-8", offset);
}

/// The text for a sentence: whole unless it is very long, controls escaped.
std::string quoted(std::string_view text) {
  constexpr size_t kMost = 1000;
  size_t end = std::min(text.size(), kMost);
  while (end < text.size() && end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  std::string quoted = "\"";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F)
      quoted += fmt::format("\\x{:02x}", byte);
    else
      quoted.push_back(c);
  }
  return quoted + (end < text.size() ? "...\"" : "\"");
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
  std::string out;
  size_t done = 0;
  for (size_t found; (found = text.find(what, done)) != text.npos; done = found + what.size())
    out.append(text, done, found - done).append(by);
  return out.append(text, done);
}

std::string strip_blanks(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\n\v\f\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n\v\f\r") + 1 - begin);
}

/// Appends the ids of text that is cleaned.
void append_words(const Vocabulary& vocabulary, const WordSplitter& splitter, std::string_view text,
                  std::vector<int32_t>& ids) {
  for (WordSpan word = splitter.next(text, 0); word.begin != word.end;
       word = splitter.next(text, word.end))
    vocabulary.append_word(text.substr(word.begin, word.end - word.begin), ids);
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerState> state) : state_(std::move(state)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

bool TokenizerState::is_special(int32_t id) const {
  const auto is_it = [&](const auto& special) { return special.id == id; };
  return std::any_of(specials.begin(), specials.end(), is_it) ||
         std::any_of(added_list.begin(), added_list.end(),
                     [&](const AddedToken& token) { return token.special && token.id == id; });
}

std::vector<int32_t> Tokenizer::encode(std::string_view text) const {
  check_utf8(text);
  const TokenizerState& state = *state_;
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 4 + 8);
  if (state.is_hugging_face()) {
    state.added.split(text, [&](std::string_view piece, int32_t id) {
      if (id >= 0)
        ids.push_back(id);
      else
        append_words(state.vocabulary, state.splitter, piece, ids);
    });
    return ids;
  }
  const std::string cleaned = clean_text(text, state.cleaning);
  const std::string_view rest = cleaned;
  for (WordSpan span = state.splitter.next(rest, 0); span.begin != span.end;
       span = state.splitter.next(rest, span.end)) {
    const std::string_view word = rest.substr(span.begin, span.end - span.begin);
    if (span.is_special) {
      const auto found =
          std::find_if(state.specials.begin(), state.specials.end(),
                       [&](const TokenizerState::Special& s) { return s.text == word; });
      if (found != state.specials.end()) {
        ids.push_back(found->id);
        continue;
      }
    }
    state.vocabulary.append_word(word, ids);
  }
  return ids;
}

TokenRow Tokenizer::encode_row(std::string_view text, int context_length, bool truncate) const {
  if (context_length < 1)
    fail(ErrorKind::bad_input, "a context length of {} holds no token; give one of at least 1",
         context_length);
  std::vector<int32_t> ids = encode(text);
  const auto most = static_cast<size_t>(context_length);
  TokenRow row;
  row.truncated = ids.size() + 2 > most;
  if (row.truncated && !truncate)
    fail(ErrorKind::bad_input,
         "the text {} is too long for context length {} ({} tokens with start and end); shorten it "
         "or allow truncation",
         quoted(text), context_length, ids.size() + 2);
  row.ids.reserve(std::min(ids.size() + 2, most));
  row.ids.push_back(start_id());
  row.ids.insert(row.ids.end(), ids.begin(), ids.end());
  row.ids.push_back(end_id());
  if (row.truncated) {
    row.ids.resize(most);
    row.ids.back() = end_id();
  }
  return row;
}

std::string Tokenizer::decode(const std::vector<int32_t>& ids, bool skip_specials) const {
  std::string bytes;
  for (const int32_t id : ids) {
    const std::string& spelling = state_->vocabulary.spelling(id);
    if (!skip_specials || !state_->is_special(id)) bytes += state_->vocabulary.bytes_of(spelling);
  }
  const std::string text = replace_all(replace_invalid_utf8(bytes), kEndOfWord, " ");
  return state_->is_hugging_face() ? strip_blanks(text) : text;
}

std::string Tokenizer::clean(std::string_view text) const {
  check_utf8(text);
  if (!state_->is_hugging_face()) return clean_text(text, state_->cleaning);
  std::string cleaned;
  state_->added.split(text, [&](std::string_view piece, int32_t) { cleaned += piece; });
  return cleaned;
}

std::string Tokenizer::token(int32_t id) const { return state_->vocabulary.spelling(id); }

int Tokenizer::vocab_size() const { return state_->vocabulary.size(); }
int32_t Tokenizer::start_id() const { return state_->start; }
int32_t Tokenizer::end_id() const { return state_->end; }
int32_t Tokenizer::pad_id() const { return state_->pad; }
Cleaning Tokenizer::cleaning() const { return state_->cleaning; }

}  // namespace tandem
