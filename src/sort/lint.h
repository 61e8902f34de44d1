// What a taxonomy's author should think about: a reader of words, not a judge.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sort/category_logits.h"
#include "sort/taxonomy.h"

namespace tandem {

/// One thing to look at.
struct LintRemark {
  std::string rule;      ///< "near-synonyms", "demeaning", ... as in docs/sorting.md
  int line = 0;          ///< of the file
  std::string sentence;  ///< without file and line
};

/// What can be said from the words alone: duplicates, shared words, doubled articles, words that
/// demean or that no picture shows, people without a neutral choice or without children, groups of
/// one, groups without "none of these", negations. By line.
std::vector<LintRemark> lint_words(const Taxonomy& taxonomy);

/// Descriptions of two categories of one group whose texts the model hardly tells apart: their
/// cosine, once what all texts share is taken away, stands `limit` deviations or more above what
/// unrelated everyday words have with each other and with the taxonomy's (median and median
/// absolute deviation; docs/sorting.md says what the limit finds).
constexpr double kNearSynonym = 3.5;
std::vector<LintRemark> lint_meanings(const Taxonomy& taxonomy, const EncodeDescriptions& encode,
                                      double limit = kNearSynonym);

/// Everyday nouns that have nothing to do with each other, which unrelatedness is measured on.
std::span<const char* const> unrelated_words();

/// A word or phrase that should be thought about, and why.
struct DelicateWord {
  const char* word;  ///< in small letters; a phrase has blanks
  const char* why;   ///< stands behind "..., which "
};
/// A short list of our own; docs/sorting.md says what is on it and what is not.
std::span<const DelicateWord> delicate_words();
/// Words for persons of an age or a role; for adults of either sex; for no person in particular;
/// for children; and for apes and monkeys, which models have put people among.
enum class PersonWord { none, person, neutral, child, ape };
PersonWord person_word(const std::string& word);

/// A description's words in small letters, without punctuation, articles, prepositions, and the s
/// of plurals; for comparisons.
std::vector<std::string> content_words(const std::string& text);

}  // namespace tandem
