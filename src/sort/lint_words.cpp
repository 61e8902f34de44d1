#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sort/lint.h"

namespace tandem {
namespace {

// What says nothing of what a picture shows.
constexpr std::array kStopWords = {
    "a",     "an",    "the",     "of",    "in",         "on",     "at",       "with",  "and", "or",
    "to",    "for",   "by",      "from",  "is",         "are",    "some",     "its",   "his", "her",
    "their", "photo", "picture", "image", "photograph", "photos", "pictures", "images"};
constexpr std::array kNegations = {"no", "not", "without", "never", "non", "neither"};

bool one_of(const auto& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter =
        byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    if (letter) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

// "dogs" is "dog" for a comparison; "glass" stays.
std::string singular(const std::string& word) {
  const bool plural = word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") &&
                      !word.ends_with("us") && !word.ends_with("is");
  return plural ? word.substr(0, word.size() - 1) : word;
}

class Linter {
 public:
  explicit Linter(const Taxonomy& taxonomy) : taxonomy_(taxonomy) {}

  std::vector<LintRemark> run() {
    for (const auto& group : taxonomy_.groups) {
      look_at_group(group);
      look_at_people(group);
      compare(group);
      for (const auto& category : group.categories) look_at_category(category);
    }
    std::stable_sort(remarks_.begin(), remarks_.end(),
                     [](const LintRemark& a, const LintRemark& b) { return a.line < b.line; });
    return remarks_;
  }

 private:
  template <class... Args>
  void say(const char* rule, int line, fmt::format_string<Args...> sentence, Args&&... args) {
    remarks_.push_back({rule, line, fmt::format(sentence, std::forward<Args>(args)...)});
  }

  void look_at_group(const CategoryGroup& group) {
    if (group.exclusive && group.categories.size() == 1)
      say("single-category", group.line,
          "the group \"{}\" has one category, which excludes nothing; add others or write "
          "exclusive = false with a `not` of its own",
          group.name);
    if (group.exclusive && group.none.empty())
      say("no-none", group.line,
          "the group \"{}\" has no \"none of these\", so every picture gets one of its categories, "
          "whatever it shows; leave `none = false` out unless you are sure",
          group.name);
  }

  void look_at_category(const Category& category) {
    std::set<std::string> seen;
    for (const auto& text : category.descriptions) {
      if (!seen.insert(text).second)
        say("duplicate", category.line, "\"{}\" describes \"{}\" twice; once is enough", text,
            category.name);
      look_at_words(category, text);
      look_at_article(category, text);
    }
    look_at_words(category, category.name);
  }

  void look_at_words(const Category& category, const std::string& text) {
    const auto words = words_of(text);
    std::string plain = " ", singulars = " ";
    for (const auto& word : words) {
      plain += word + " ";
      singulars += singular(word) + " ";
    }
    for (const auto& delicate : delicate_words()) {
      const std::string wanted = fmt::format(" {} ", delicate.word);
      const bool found =
          plain.find(wanted) != std::string::npos || singulars.find(wanted) != std::string::npos;
      if (found && told_.emplace(category.name, delicate.word).second)
        say("demeaning", category.line, "\"{}\" in the category \"{}\" {}", delicate.word,
            category.name, delicate.why);
    }
    const auto negation = std::find_if(words.begin(), words.end(), [](const std::string& word) {
      return one_of(kNegations, word);
    });
    if (negation != words.end() && told_.emplace(category.name, "negation").second)
      say("negation", category.line,
          "\"{}\" says what is not there, which CLIP reads as if it were; describe what is there "
          "instead, or use `not` in a group that does not exclude",
          text);
  }

  void look_at_article(const Category& category, const std::string& text) {
    const auto words = words_of(text);
    if (words.empty() || (words[0] != "a" && words[0] != "an" && words[0] != "the")) return;
    for (const auto& sentence : taxonomy_.templates.texts)
      if (sentence.find("a {}") != std::string::npos ||
          sentence.find("the {}") != std::string::npos) {
        say("doubled-article", category.line,
            "\"{}\" brings an article that the template \"{}\" has already; leave one out", text,
            sentence);
        return;
      }
  }

  void look_at_people(const CategoryGroup& group) {
    const Category *person = nullptr, *ape = nullptr;
    bool neutral = false;
    std::set<const Category*> children;
    for (const auto& category : group.categories)
      for (const auto& text : category.descriptions)
        for (const auto& word : content_words(text)) {
          const PersonWord kind = person_word(word);
          if (kind == PersonWord::person && !person) person = &category;
          if (kind == PersonWord::ape && !ape) ape = &category;
          neutral |= kind == PersonWord::neutral;
          if (kind == PersonWord::child) children.insert(&category);
        }
    if (!group.exclusive) return;
    const bool child = !children.empty();
    if (!person && children.size() > 1) person = *children.begin();  // boys or girls, and who else?
    if (person && !neutral)
      say("no-neutral-person", person->line,
          "the group \"{}\" sorts people (\"{}\") without a neutral choice such as \"a person\", "
          "so "
          "everybody gets one of its words",
          group.name, person->name);
    if ((person || neutral) && !child)
      say("no-child", (person ? person : &group.categories.front())->line,
          "the group \"{}\" sorts people and has no category for children; with one, labels of "
          "crime "
          "or animals on children of 3 to 9 years fell from 35% to 4% (CLIP paper, section 7.1)",
          group.name);
    if (ape && (person || neutral || child))
      say("people-and-apes", ape->line,
          "the group \"{}\" has people and \"{}\" exclude each other; models have confused these "
          "to "
          "the harm of people, so put them into groups of their own",
          group.name, ape->name);
  }

  // Descriptions of different categories that are the same, or one inside the other.
  void compare(const CategoryGroup& group) {
    struct Seen {
      const Category* category;
      const std::string* text;
      std::vector<std::string> words;
    };
    std::vector<Seen> all;
    for (const auto& category : group.categories)
      for (const auto& text : category.descriptions) {
        auto words = content_words(text);
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        all.push_back({&category, &text, std::move(words)});
      }
    std::set<std::pair<const Category*, const Category*>> told;
    for (size_t i = 0; i < all.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        const Seen &later = all[i], &earlier = all[j];
        if (later.category == earlier.category || later.words.empty() || earlier.words.empty())
          continue;
        const bool within = std::includes(later.words.begin(), later.words.end(),
                                          earlier.words.begin(), earlier.words.end());
        const bool around = std::includes(earlier.words.begin(), earlier.words.end(),
                                          later.words.begin(), later.words.end());
        if (!within && !around) continue;
        if (!told.emplace(earlier.category, later.category).second) continue;
        if (within && around)
          say("duplicate", later.category->line,
              "\"{}\" of \"{}\" is in the same words as \"{}\" of \"{}\"; give it to one of them",
              *later.text, later.category->name, *earlier.text, earlier.category->name);
        else if (group.exclusive)
          say("shared-words", later.category->line,
              "\"{}\" of \"{}\" and \"{}\" of \"{}\" say the same but for a word, and exclude each "
              "other; make one a description of the other, or use groups that do not exclude",
              *later.text, later.category->name, *earlier.text, earlier.category->name);
      }
  }

  const Taxonomy& taxonomy_;
  std::vector<LintRemark> remarks_;
  std::set<std::pair<std::string, std::string>> told_;
};

}  // namespace

std::vector<std::string> content_words(const std::string& text) {
  std::vector<std::string> content;
  for (const auto& word : words_of(text))
    if (!one_of(kStopWords, word)) content.push_back(singular(word));
  return content;
}

std::vector<LintRemark> lint_words(const Taxonomy& taxonomy) { return Linter(taxonomy).run(); }

}  // namespace tandem
