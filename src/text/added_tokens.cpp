#include "text/added_tokens.h"

#include <algorithm>

#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

/// Where the last character of `text`, which is not empty, begins.
size_t last_begin(std::string_view text) {
  size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

bool is_word_at_end(std::string_view text) {
  return !text.empty() && is_unicode_word(utf8_step(text, last_begin(text)).code);
}

bool is_word_at_start(std::string_view text) {
  return !text.empty() && is_unicode_word(utf8_step(text, 0).code);
}

size_t without_trailing_space(std::string_view text) {
  while (!text.empty()) {
    const size_t begin = last_begin(text);
    if (!is_white_space(utf8_step(text, begin).code)) break;
    text = text.substr(0, begin);
  }
  return text.size();
}

size_t leading_space(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    const Utf8Step step = utf8_step(text, length);
    if (!is_white_space(step.code)) break;
    length += step.length;
  }
  return length;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const auto& left, const auto& right) {
    return left.content.size() > right.content.size();
  });
  for (const AddedToken& token : tokens_) may_begin_[static_cast<uint8_t>(token.content[0])] = true;
}

std::vector<TextPiece> AddedTokenFinder::split(std::string_view text) const {
  std::vector<TextPiece> pieces;
  size_t done = 0;
  for (size_t i = 0; i < text.size();) {
    const auto found =
        !may_begin_[static_cast<uint8_t>(text[i])]
            ? tokens_.end()
            : std::find_if(tokens_.begin(), tokens_.end(), [&](const AddedToken& token) {
                return text.compare(i, token.content.size(), token.content) == 0;
              });
    if (found == tokens_.end()) {
      ++i;
      continue;
    }
    size_t begin = i, end = i + found->content.size();
    i = end;
    if (found->single_word &&
        (is_word_at_end(text.substr(0, begin)) || is_word_at_start(text.substr(end))))
      continue;
    if (found->lstrip) begin = std::max(without_trailing_space(text.substr(0, begin)), done);
    if (found->rstrip) end += leading_space(text.substr(end));
    if (done < begin) pieces.push_back({text.substr(done, begin - done), -1});
    if (begin < end) pieces.push_back({text.substr(begin, end - begin), found->id});
    done = end;  // the search goes on at the token's own end, also inside that white space
  }
  if (done < text.size()) pieces.push_back({text.substr(done), -1});
  return pieces;
}

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, Normalizer normalizer)
    : normalizer_(std::move(normalizer)) {
  std::vector<AddedToken> raw, normalized;
  for (AddedToken token : tokens) {
    if (!token.normalized) {
      raw.push_back(std::move(token));
      continue;
    }
    token.content = normalizer_.apply(token.content);
    normalized.push_back(std::move(token));
  }
  raw_ = AddedTokenFinder(std::move(raw));
  normalized_ = AddedTokenFinder(std::move(normalized));
}

}  // namespace tandem
