#include "describe/wording.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace tandem {
namespace {

constexpr std::array kBeginnings = {"A",     "An",    "The",  "One",  "Two",    "Three",  "Four",
                                    "Five",  "Some",  "Many", "Few",  "People", "Person", "Several",
                                    "Close", "Green", "Old",  "Fish", "Cars",   "Clothes"};

/// The next code point and its bytes; -1 for a byte that is no UTF-8.
std::pair<utf8proc_int32_t, size_t> next_letter(std::string_view text, size_t at) {
  utf8proc_int32_t letter = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &letter);
  return length > 0 ? std::pair{letter, static_cast<size_t>(length)}
                    : std::pair{utf8proc_int32_t{-1}, size_t{1}};
}

bool is_blank(utf8proc_int32_t letter) {
  const auto category = utf8proc_category(letter);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZS ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool is_letter(utf8proc_int32_t letter) {
  const auto category = utf8proc_category(letter);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/// Compatible forms, small letters, no accents, nothing that is not seen.
std::string folded(const std::string& valid) {
  utf8proc_uint8_t* result = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                     UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                   static_cast<utf8proc_ssize_t>(valid.size()), &result, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  return length < 0 ? valid
                    : std::string(reinterpret_cast<char*>(result), static_cast<size_t>(length));
}

}  // namespace

std::string wording(const std::string& sentence, bool sure) {
  if (sure) return sentence;
  std::string said = sentence;
  const std::string first = sentence.substr(0, sentence.find(' '));
  if (std::find(kBeginnings.begin(), kBeginnings.end(), first) != kBeginnings.end())
    said[0] = static_cast<char>(said[0] - 'A' + 'a');
  return "May show: " + said;
}

size_t letters_in(std::string_view text) {
  size_t letters = 0;
  for (size_t at = 0; at < text.size(); ++letters) at += next_letter(text, at).second;
  return letters;
}

std::string plain_line(std::string_view text) {
  std::string line;
  bool blank = false;
  for (size_t at = 0; at < text.size();) {
    const auto [letter, length] = next_letter(text, at);
    if (letter >= 0 && (is_blank(letter) || letter == 0xFEFF)) {
      blank = true;
    } else {
      if (blank && !line.empty()) line += ' ';
      blank = false;
      line += letter < 0 ? "\xef\xbf\xbd" : std::string(text.substr(at, length));
    }
    at += length;
  }
  return line;
}

std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  const std::string plain = folded(plain_line(text));
  for (size_t at = 0; at < plain.size();) {
    const auto [letter, length] = next_letter(plain, at);
    at += length;
    if (letter >= 'a' && letter <= 'z') {
      word += static_cast<char>(letter);
      continue;
    }
    if (letter == '\'' || letter == 0x2019) continue;  // "man's", "mans": see careful_words.cpp
    end_word();
    if (letter > 0x7f && is_letter(letter)) words.emplace_back(".");
  }
  end_word();
  return words;
}

}  // namespace tandem
