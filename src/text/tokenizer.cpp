#include "text/tokenizer.h"

#include <algorithm>

#include "base/fail.h"
#include "text/clean.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_state.h"
#include "text/unicode.h"
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

void TokenizerState::append_ids(std::string_view cleaned, std::vector<int32_t>& ids) const {
  for (WordSpan span = splitter.next(cleaned, 0); span.begin != span.end;
       span = splitter.next(cleaned, span.end)) {
    const std::string_view word = cleaned.substr(span.begin, span.end - span.begin);
    const auto special = !span.is_special
                             ? specials.end()
                             : std::find_if(specials.begin(), specials.end(),
                                            [&](const Special& s) { return s.text == word; });
    if (special != specials.end())
      ids.push_back(special->id);
    else
      vocabulary.append_word(word, ids);  // also a special in another case, as the references do
  }
}

std::vector<int32_t> Tokenizer::encode(std::string_view text) const {
  check_utf8(text);
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 4 + 8);
  if (!state_->is_hugging_face()) {
    state_->append_ids(clean_text(text, state_->cleaning), ids);
    return ids;
  }
  state_->added.split(text, [&](std::string_view piece, int32_t id) {
    if (id >= 0)
      ids.push_back(id);
    else
      state_->append_ids(piece, ids);
  });
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
  return state_->is_hugging_face() ? std::string(strip_python_space(text)) : text;
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
