#include "describe/caption_bank.h"

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "base/fail.h"
#include "base/files.h"
#include "describe/careful_words.h"
#include "describe/wording.h"

namespace tandem {
namespace {

constexpr size_t kMostSentences = 200'000;

std::vector<std::string> choices_at(std::string_view pattern, size_t open, size_t close) {
  std::vector<std::string> choices;
  std::istringstream parts(std::string(pattern.substr(open + 1, close - open - 1)));
  for (std::string part; std::getline(parts, part, '|');) choices.push_back(part);
  return choices;
}

std::vector<std::string> expand_pattern(std::string_view pattern) {
  const size_t open = pattern.find('{');
  const size_t close = pattern.find('}', open);
  if (open == std::string_view::npos || close == std::string_view::npos)
    return {std::string(pattern)};
  std::vector<std::string> sentences;
  const auto ends = expand_pattern(pattern.substr(close + 1));
  for (const auto& choice : choices_at(pattern, open, close))
    for (const auto& end : ends)
      sentences.push_back(std::string(pattern.substr(0, open)) + choice + end);
  return sentences;
}

void add_sentence(CaptionBank& bank, std::unordered_set<std::string>& seen, std::string sentence) {
  if (letters_in(wording(sentence, false)) > kLongestAlt)
    ++bank.too_long;
  else if (!what_is_careless(sentence).empty())
    ++bank.careless;
  else if (seen.insert(sentence).second)
    bank.sentences.push_back(std::move(sentence));
}

}  // namespace

std::vector<std::string> expand_patterns(std::string_view patterns) {
  std::vector<std::string> sentences;
  std::istringstream lines{std::string(patterns)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    auto more = expand_pattern(line);
    std::move(more.begin(), more.end(), std::back_inserter(sentences));
  }
  return sentences;
}

CaptionBank own_caption_bank() {
  CaptionBank bank;
  std::unordered_set<std::string> seen;
  for (auto& sentence : expand_patterns(kScenePatterns))
    add_sentence(bank, seen, std::move(sentence));
  return bank;
}

CaptionBank read_caption_bank(const std::string& path) {
  CaptionBank bank;
  std::unordered_set<std::string> seen;
  std::istringstream lines(path == "-" ? read_stdin() : read_file(path));
  for (std::string line; std::getline(lines, line);) {
    std::string sentence = plain_line(line);
    if (sentence.empty()) continue;
    add_sentence(bank, seen, std::move(sentence));
    if (bank.sentences.size() > kMostSentences)
      fail(ErrorKind::limit, "{}: holds more than {} sentences; choose some of them", path,
           kMostSentences);
  }
  if (bank.sentences.empty())
    fail(ErrorKind::bad_input,
         "{}: holds no sentence that can be used ({} speak of race, gender, age, belief or health "
         "or are in other letters than Latin, {} are longer than {} letters); write one a line",
         path, bank.careless, bank.too_long, kLongestAlt);
  return bank;
}

}  // namespace tandem
