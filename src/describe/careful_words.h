// What a machine does not say about people: race, gender, age, belief, health.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// "race", "gender", "age", "belief" or "health" where a sentence speaks of somebody's; "letters"
/// where it has others than Latin ones, which the lists cannot read; else empty. The lists are
/// English and rather too careful: "a baby elephant" is left out too. Other languages in Latin
/// letters are not understood.
std::string_view what_is_careless(std::string_view sentence);

/// Words that are always left out, by subject.
struct CarefulWords {
  const char* subject;
  const char* words;  ///< blanks between them
};
std::span<const CarefulWords> words_never_said();
/// Left out right before a word for a person ("a white person"), or after "is" behind one.
std::span<const CarefulWords> words_not_said_of_people();
/// Left out anywhere beside a word for a person.
std::span<const CarefulWords> words_not_said_near_people();
/// Words for persons, and small words that may stand between ("a black young person").
const char* words_for_people();
const char* words_between();
/// Words that end in "man" or "men" and are no gender.
const char* words_like_man();

}  // namespace tandem
