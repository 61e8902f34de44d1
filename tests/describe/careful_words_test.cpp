#include "describe/careful_words.h"

#include <gtest/gtest.h>

#include "describe/caption_bank.h"

namespace tandem {
namespace {

TEST(CarefulWords, RaceGenderAgeBeliefAndHealthAreNeverSaid) {
  const std::pair<const char*, const char*> careless[] = {
      {"A man riding a horse.", "gender"},       {"A WOMAN's hat on a table.", "gender"},
      {"Two policemen beside a car.", "gender"}, {"A person with his dog.", "gender"},
      {"A Caucasian runner.", "race"},           {"A black person on a bench.", "race"},
      {"Two white and smiling people.", "race"}, {"A person who is Asian.", "race"},
      {"The person is black.", "race"},          {"Indian students in a classroom.", "race"},
      {"A dark-skinned person.", "race"},        {"A child on a swing.", "age"},
      {"An old person on a bench.", "age"},      {"A Muslim family at a table.", "belief"},
      {"A person in a wheelchair.", "health"},   {"A fat person eating.", "health"},
      {"A disabled athlete.", "health"},         {"A pregnant person.", "health"},
  };
  for (const auto& [sentence, subject] : careless)
    EXPECT_EQ(what_is_careless(sentence), subject) << sentence;
}

TEST(CarefulWords, ThingsKeepTheirColoursAndAges) {
  for (const char* sentence :
       {"A person in a black jacket.", "A white dog and a person.", "An old bridge over a river.",
        "An African elephant in dry grass.", "A snowman in a garden.", "A German car in a street.",
        "A wheelchair ramp beside steps.", "A human skeleton in a museum.",
        "A specimen in a glass.", "A black and white photograph of a person.",
        "Window blinds in an empty room.", "People playing American football.",
        "Coloured shapes beside people."})
    EXPECT_EQ(what_is_careless(sentence), "") << sentence;
}

TEST(CarefulWords, DisguisesAreSeenThrough) {
  EXPECT_EQ(what_is_careless("A W\xc3\xb3m\xc3\xa2n on a bench."), "gender");  // accents
  EXPECT_EQ(what_is_careless("A wo\xe2\x80\x8bman on a bench."), "gender");    // zero width space
  EXPECT_EQ(what_is_careless("A wo\xc2\xadman on a bench."), "gender");        // soft hyphen
  EXPECT_EQ(what_is_careless("A \xef\xbd\x97oman."), "gender");                // full width w
  EXPECT_EQ(what_is_careless("A w\xd0\xbeman."), "letters");                   // Cyrillic o
  EXPECT_EQ(what_is_careless("\xe4\xba\xba\xe3\x81\x8c\xe8\xb5\xb0\xe3\x82\x8b"), "letters");
}

TEST(CarefulWords, NoSentenceOfOurBankIsCareless) {
  const auto sentences = expand_patterns(kScenePatterns);
  EXPECT_GE(sentences.size(), 300u);
  for (const auto& sentence : sentences) EXPECT_EQ(what_is_careless(sentence), "") << sentence;
  const CaptionBank bank = own_caption_bank();
  EXPECT_EQ(bank.sentences.size(), sentences.size());  // none twice, none too long
}

}  // namespace
}  // namespace tandem
