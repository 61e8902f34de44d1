#include "illustrate/file_name_score.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>
#include <set>

namespace tandem {
namespace {

constexpr size_t kShortest = 3, kShortestBeginning = 4;

// What cameras, scanners and programs call pictures.
constexpr std::array kNoWords = {"img",     "image", "dsc",   "dscn",  "dscf",    "pict",
                                 "pxl",     "scan",  "photo", "pic",   "file",    "screenshot",
                                 "picture", "mvimg", "copy",  "final", "untitled"};

bool says_something(const std::string& word) {
  return std::find(kNoWords.begin(), kNoWords.end(), word) == kNoWords.end();
}

}  // namespace

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  char before = 0;
  const auto end_word = [&] {
    if (word.size() >= kShortest) words.push_back(word);
    word.clear();
  };
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    const bool letter = std::isalpha(code) || code >= 0x80;
    if (!letter || (std::isupper(code) && std::islower(static_cast<unsigned char>(before))))
      end_word();
    if (letter) word += static_cast<char>(std::tolower(code));
    before = c;
  }
  end_word();
  return words;
}

FileNameScores::FileNameScores(std::span<const std::string> names) {
  for (size_t i = 0; i < names.size(); ++i) {
    const auto all = name_words(std::string_view(names[i]).substr(0, names[i].rfind('.')));
    std::set<std::string> words;
    std::copy_if(all.begin(), all.end(), std::inserter(words, words.end()), says_something);
    for (const auto& word : words) words_[word].pictures.push_back(i);
    lengths_.push_back(std::sqrt(static_cast<double>(std::max<size_t>(words.size(), 1))));
  }
  tells_.resize(names.size());
  const double most = std::log(std::max(static_cast<double>(names.size()), 2.0));
  for (auto& [text, word] : words_) {
    word.rarity =
        std::log(static_cast<double>(names.size()) / static_cast<double>(word.pictures.size())) /
        most;
    for (const size_t picture : word.pictures) tells_[picture] = tells_[picture] || word.rarity > 0;
  }
}

std::vector<std::pair<size_t, double>> FileNameScores::found(std::string_view text) const {
  std::set<std::string_view> matched;
  for (const auto& word : name_words(text)) {
    if (const auto same = words_.find(word); same != words_.end()) matched.insert(same->first);
    for (size_t length = kShortestBeginning; length < word.size(); ++length)
      if (const auto part = words_.find(word.substr(0, length)); part != words_.end())
        matched.insert(part->first);
    if (word.size() >= kShortestBeginning)
      for (auto longer = words_.lower_bound(word);
           longer != words_.end() && longer->first.starts_with(word); ++longer)
        matched.insert(longer->first);
  }
  std::map<size_t, double> scores;
  for (const auto& text_word : matched) {
    const Word& word = words_.at(std::string(text_word));
    if (word.rarity > 0)
      for (const size_t picture : word.pictures) scores[picture] += word.rarity / lengths_[picture];
  }
  return {scores.begin(), scores.end()};
}

}  // namespace tandem
