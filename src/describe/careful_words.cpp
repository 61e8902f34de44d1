#include "describe/careful_words.h"

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "describe/wording.h"

namespace tandem {
namespace {

using Words = std::unordered_set<std::string>;
using Subjects = std::unordered_map<std::string, std::string_view>;

Words set_of(const char* words) {
  std::istringstream in(words);
  Words set;
  for (std::string word; in >> word;) set.insert(word);
  return set;
}

Subjects subjects_of(std::span<const CarefulWords> lists) {
  Subjects subjects;
  for (const auto& list : lists)
    for (const auto& word : set_of(list.words)) subjects.emplace(word, list.subject);
  return subjects;
}

struct Lists {
  Subjects never = subjects_of(words_never_said());
  Subjects of_people = subjects_of(words_not_said_of_people());
  Subjects near_people = subjects_of(words_not_said_near_people());
  Words people = set_of(words_for_people());
  Words between = set_of(words_between());
  Words like_man = set_of(words_like_man());
};

const Lists& lists() {
  static const Lists all;
  return all;
}

std::string_view look_up(const Subjects& subjects, const std::string& word) {
  const auto found = subjects.find(word);
  return found == subjects.end() ? std::string_view() : found->second;
}

/// "policeman", "fishermen", "horsewoman".
bool names_a_gender(const std::string& word) {
  return word.size() > 5 && (word.ends_with("man") || word.ends_with("men")) &&
         !lists().like_man.contains(word);
}

bool is_before_a_person(const std::vector<std::string>& words, size_t at) {
  for (size_t next = at + 1; next < words.size(); ++next) {
    if (lists().people.contains(words[next])) return true;
    if (!lists().between.contains(words[next]) && !lists().of_people.contains(words[next]))
      return false;
  }
  return false;
}

bool is_said_of_a_person(const std::vector<std::string>& words, size_t at) {
  if (at < 2 || (words[at - 1] != "is" && words[at - 1] != "are")) return false;
  return lists().people.contains(words[at - 2]);
}

}  // namespace

std::string_view what_is_careless(std::string_view sentence) {
  const auto words = plain_words(sentence);
  const bool people = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return lists().people.contains(word);
  });
  for (size_t at = 0; at < words.size(); ++at) {
    const auto& word = words[at];
    if (word == ".") return "letters";
    if (names_a_gender(word)) return "gender";
    if (const auto subject = look_up(lists().never, word); !subject.empty()) return subject;
    if (const auto subject = look_up(lists().near_people, word); people && !subject.empty())
      return subject;
    const auto subject = look_up(lists().of_people, word);
    if (!subject.empty() && (is_before_a_person(words, at) || is_said_of_a_person(words, at)))
      return subject;
  }
  return {};
}

}  // namespace tandem
