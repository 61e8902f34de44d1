#include <algorithm>
#include <array>

#include "illustrate/passage.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

// Behind these a full stop ends no sentence.
constexpr std::array kShortForms = {U"dr",   U"mr", U"mrs",    U"ms",  U"prof", U"st",  U"fig",
                                    U"figs", U"eq", U"no",     U"vs",  U"etc",  U"e.g", U"i.e",
                                    U"ca",   U"cf", U"approx", U"vol", U"ch",   U"pp",  U"al"};
constexpr int kFewWords = 3;

bool is_end(char32_t code) { return code == U'.' || code == U'!' || code == U'?'; }
bool is_wide_end(char32_t code) { return code == U'。' || code == U'！' || code == U'？'; }
bool is_closing(char32_t code) {
  return std::u32string_view(U"\"')]”’»").find(code) != std::u32string_view::npos;
}

/// The word before `at`, in lower case.
std::u32string word_before(const std::u32string& text, size_t at) {
  size_t begin = at;
  while (begin > 0 && !is_white_space(text[begin - 1]) && text[begin - 1] != U'(') --begin;
  return lower_each(std::u32string_view(text).substr(begin, at - begin));
}

/// Whether the stop at `at` only shortens a word.
bool shortens(const std::u32string& text, size_t at) {
  if (text[at] != U'.') return false;
  const std::u32string word = word_before(text, at);
  if (word.size() == 1 && is_letter(word[0])) return true;  // an initial
  return std::find(kShortForms.begin(), kShortForms.end(), word) != kShortForms.end();
}

/// Whether what follows the blanks at `at` may begin a sentence.
bool may_begin(const std::u32string& text, size_t at) {
  while (at < text.size() && is_white_space(text[at])) ++at;
  if (at == text.size()) return true;
  // Scripts from Hebrew's block on have no capitals, but for rare ones.
  if (!is_letter(text[at]) || text[at] >= 0x590) return true;
  const std::u32string one(1, text[at]);
  return lower_each(one) != one;
}

/// The position behind the sentence end at `at`, or 0 where none is there.
size_t behind_end(const std::u32string& text, size_t at) {
  if (text[at] == U'\n') return at + 1;
  if (is_wide_end(text[at])) return at + 1;
  if (!is_end(text[at]) || shortens(text, at)) return 0;
  size_t next = at + 1;
  while (next < text.size() && (is_end(text[next]) || is_closing(text[next]))) ++next;
  if (next < text.size() && (!is_white_space(text[next]) || !may_begin(text, next))) return 0;
  return next;
}

int words(std::u32string_view text) {
  int count = 0;
  bool inside = false;
  for (const char32_t code : text) {
    const bool letter = is_unicode_word(code);
    count += letter && !inside;
    inside = letter;
  }
  return count;
}

std::u32string stripped(std::u32string_view text) {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return std::u32string(text);
}

}  // namespace

std::vector<std::string> split_sentences(std::string_view bytes) {
  const std::u32string text = utf8_to_utf32(replace_invalid_utf8(bytes));
  std::vector<std::u32string> found;
  const auto take = [&](std::u32string_view part) {
    std::u32string sentence = stripped(part);
    if (sentence.empty()) return;
    const bool wide = is_wide_end(sentence.back());
    if (!found.empty() && !wide && (words(sentence) < kFewWords || words(found.back()) < kFewWords))
      found.back() += U" " + sentence;
    else
      found.push_back(std::move(sentence));
  };
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t next = behind_end(text, at);
    if (next == 0) continue;
    take(std::u32string_view(text).substr(begin, next - begin));
    begin = next;
    at = next - 1;
  }
  take(std::u32string_view(text).substr(begin));
  std::vector<std::string> sentences;
  for (const auto& sentence : found) sentences.push_back(utf32_to_utf8(sentence));
  return sentences;
}

}  // namespace tandem
