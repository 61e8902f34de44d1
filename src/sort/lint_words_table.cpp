// The words that lint looks for. Kept short on purpose: it is there to make people think, not to
// list every insult; the worst words are not on it because nobody needs a tool to notice them.

#include <algorithm>
#include <array>

#include "sort/lint.h"

namespace tandem {
namespace {

constexpr const char* kGuilt =
    "says what somebody did or will do; no picture shows that, and models have put such words on "
    "people by their looks (CLIP paper, section 7.1)";
constexpr const char* kLooks = "judges how people look; say what can be seen instead";
constexpr const char* kInside =
    "says what no picture shows (origin, belief, health, means, character); leave it out or "
    "describe "
    "what can be seen";
constexpr const char* kDated = "demeans those whom it names; use the word that they use";
constexpr const char* kNorm = "makes others abnormal; say what you mean";

constexpr DelicateWord kDelicate[] = {
    {"criminal", kGuilt},
    {"thief", kGuilt},
    {"burglar", kGuilt},
    {"robber", kGuilt},
    {"murderer", kGuilt},
    {"gangster", kGuilt},
    {"terrorist", kGuilt},
    {"prostitute", kGuilt},
    {"drug dealer", kGuilt},
    {"drug addict", kGuilt},
    {"junkie", kDated},
    {"suspicious person", kGuilt},
    {"dangerous person", kGuilt},
    {"thug", kGuilt},
    {"hooligan", kGuilt},
    {"illegal immigrant", kGuilt},
    {"illegal alien", kGuilt},
    {"fat person", kLooks},
    {"fat people", kLooks},
    {"fat man", kLooks},
    {"fat woman", kLooks},
    {"ugly person", kLooks},
    {"ugly people", kLooks},
    {"ugly woman", kLooks},
    {"obese", kLooks},
    {"attractive", kLooks},
    {"unattractive", kLooks},
    {"beautiful woman", kLooks},
    {"beautiful girl", kLooks},
    {"handsome", kLooks},
    {"sexy", kLooks},
    {"ethnicity", kInside},
    {"muslim", kInside},
    {"christian", kInside},
    {"jewish person", kInside},
    {"gay", kInside},
    {"homosexual", kInside},
    {"lesbian", kInside},
    {"transgender", kInside},
    {"poor person", kInside},
    {"poor people", kInside},
    {"rich person", kInside},
    {"homeless", kInside},
    {"beggar", kInside},
    {"foreigner", kInside},
    {"immigrant", kInside},
    {"refugee", kInside},
    {"mentally ill", kInside},
    {"autistic", kInside},
    {"depressed person", kInside},
    {"disabled", kInside},
    {"sick person", kInside},
    {"intelligent", kInside},
    {"stupid", kInside},
    {"idiot", kInside},
    {"moron", kInside},
    {"lazy", kInside},
    {"honest", kInside},
    {"crazy", kDated},
    {"cripple", kDated},
    {"crippled", kDated},
    {"handicapped", kDated},
    {"retarded", kDated},
    {"retard", kDated},
    {"midget", kDated},
    {"dwarf person", kDated},
    {"oriental person", kDated},
    {"oriental people", kDated},
    {"negro", kDated},
    {"gypsy", kDated},
    {"eskimo", kDated},
    {"savage", kDated},
    {"primitive people", kDated},
    {"primitive tribe", kDated},
    {"uncivilised", kDated},
    {"uncivilized", kDated},
    {"third world", kDated},
    {"exotic people", kDated},
    {"slut", kDated},
    {"whore", kDated},
    {"normal person", kNorm},
    {"normal people", kNorm},
    {"normal family", kNorm},
    {"abnormal", kNorm},
};

constexpr std::array kPersons = {
    "man",    "woman",   "men",       "women",    "boyfriend", "girlfriend", "husband",  "wife",
    "mother", "father",  "adult",     "senior",   "elder",     "elderly",    "teenager", "teen",
    "youth",  "lady",    "gentleman", "criminal", "thief",     "suspect",    "worker",   "doctor",
    "nurse",  "soldier", "policeman", "officer",  "teacher",   "student",    "athlete",  "bride",
    "groom",  "tourist", "homeless",  "stranger", "colleague"};
constexpr std::array kNeutral = {"person",   "people",   "human",    "humans",
                                 "somebody", "someone",  "anybody",  "individual",
                                 "crowd",    "portrait", "everybody"};
constexpr std::array kChildren = {"child",   "children", "kid",  "baby", "babies",
                                  "toddler", "infant",   "girl", "boy",  "newborn"};
constexpr std::array kApes = {"ape",   "monkey",    "gorilla", "chimpanzee",
                              "chimp", "orangutan", "primate", "baboon"};

constexpr const char* kUnrelated[] = {"a teapot",
                                      "a mountain",
                                      "a bicycle",
                                      "a violin",
                                      "a sandwich",
                                      "a lighthouse",
                                      "a keyboard",
                                      "a horse",
                                      "an umbrella",
                                      "a volcano",
                                      "a wristwatch",
                                      "a tomato",
                                      "a staircase",
                                      "a butterfly",
                                      "a tractor",
                                      "a newspaper",
                                      "a pillow",
                                      "a waterfall",
                                      "a hammer",
                                      "a penguin",
                                      "a candle",
                                      "a bridge",
                                      "a football",
                                      "a cactus",
                                      "a microscope",
                                      "a sailing boat",
                                      "a hat",
                                      "a circuit board",
                                      "a fence",
                                      "a mushroom",
                                      "a map",
                                      "a spider",
                                      "a bathtub",
                                      "a rocket",
                                      "a carpet",
                                      "an elephant",
                                      "a pair of scissors",
                                      "a forest",
                                      "a telephone",
                                      "a bowl of soup"};

template <size_t N>
bool holds(const std::array<const char*, N>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::span<const DelicateWord> delicate_words() { return kDelicate; }
std::span<const char* const> unrelated_words() { return kUnrelated; }

PersonWord person_word(const std::string& word) {
  if (holds(kNeutral, word)) return PersonWord::neutral;
  if (holds(kChildren, word)) return PersonWord::child;
  if (holds(kApes, word)) return PersonWord::ape;
  return holds(kPersons, word) ? PersonWord::person : PersonWord::none;
}

}  // namespace tandem
