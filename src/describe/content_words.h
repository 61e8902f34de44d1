// The words that a sentence is about, for comparing sentences without a model.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace tandem {

/// Stems of the words that carry meaning: no articles, prepositions, numbers, colours black and
/// white, and no words for people, which most sentences about pictures share. English.
using ContentWords = std::set<std::string>;
ContentWords content_words(std::string_view sentence);

/// The share of `words` that `others` has, too; 0 for none.
double share_in(const ContentWords& words, const ContentWords& others);

}  // namespace tandem
