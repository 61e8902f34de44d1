#include "describe/content_words.h"

#include <sstream>
#include <unordered_set>

#include "describe/wording.h"

namespace tandem {
namespace {

constexpr const char* kEmptyWords =
    "a an the of in on at to and or with by from for its it is are be while into near through over "
    "under up down out off beside behind front as that this there has have one two three four some "
    "several many group other each around along across very own close view black white what which "
    "person persons people man men woman women boy boys girl girls child children kid kids guy "
    "guys lady young little someone his her their them he she they him old adult baby toddler "
    "couple crowd";

const std::unordered_set<std::string>& empty_words() {
  static const auto all = [] {
    std::unordered_set<std::string> words;
    std::istringstream in(kEmptyWords);
    for (std::string word; in >> word;) words.insert(word);
    return words;
  }();
  return all;
}

/// "running", "runs" and "run" are one; rough, but the same for both sentences.
std::string stem(std::string word) {
  for (const std::string_view ending : {"ing", "ed", "es", "s"})
    if (word.ends_with(ending) && word.size() >= ending.size() + 3) {
      word.resize(word.size() - ending.size());
      break;
    }
  const auto size = word.size();
  if (size > 3 && word[size - 1] == word[size - 2] && word[size - 1] != 'l' &&
      word[size - 1] != 's')
    word.pop_back();
  if (word.size() > 3 && word.ends_with('e')) word.pop_back();
  return word;
}

}  // namespace

ContentWords content_words(std::string_view sentence) {
  ContentWords words;
  for (auto& word : plain_words(sentence))
    if (!empty_words().contains(word)) words.insert(stem(std::move(word)));
  return words;
}

double share_in(const ContentWords& words, const ContentWords& others) {
  if (words.empty()) return 0;
  size_t common = 0;
  for (const auto& word : words) common += others.count(word);
  return static_cast<double>(common) / static_cast<double>(words.size());
}

}  // namespace tandem
