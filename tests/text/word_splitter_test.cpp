#include "text/word_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem {
namespace {

std::vector<std::string> words_of(const WordSplitter& splitter, const std::string& text) {
  std::vector<std::string> words;
  for (WordSpan word = splitter.next(text, 0); word.begin != word.end;
       word = splitter.next(text, word.end))
    words.push_back(text.substr(word.begin, word.end - word.begin));
  return words;
}

using Words = std::vector<std::string>;
const WordSplitter kOpenAi(true, {{"<|startoftext|>"}, {"<|endoftext|>"}});

TEST(WordSplitter, LettersRunNumbersStandAlone) {
  EXPECT_EQ(words_of(kOpenAi, "a photo of 12½ Ⅷ"), (Words{"a", "photo", "of", "1", "2", "½", "Ⅷ"}));
}

TEST(WordSplitter, ContractionsIgnoreCaseAndKnowTheLongS) {
  EXPECT_EQ(words_of(kOpenAi, "it's I'LL x'ſ we'r"),
            (Words{"it", "'s", "I", "'LL", "x", "'ſ", "we", "'", "r"}));
  const WordSplitter hugging_face(false, {});
  EXPECT_EQ(words_of(hugging_face, "it'S x'ſ"), (Words{"it", "'", "S", "x", "'", "ſ"}));
}

TEST(WordSplitter, SpecialsAreFoundWhereAWordMayBeginOnly) {
  EXPECT_EQ(words_of(kOpenAi, "a<|startoftext|>b"), (Words{"a", "<|startoftext|>", "b"}));
  EXPECT_EQ(words_of(kOpenAi, "!<|startoftext|>"), (Words{"!<|", "startoftext", "|>"}));
  EXPECT_EQ(words_of(kOpenAi, "<|ſTARTOFTEXT|>"), (Words{"<|ſTARTOFTEXT|>"}));
}

TEST(WordSplitter, MarksAreNoLettersAndOneOfThemIsNothing) {
  EXPECT_EQ(words_of(kOpenAi, "a\u0301b"), (Words{"a", "\u0301", "b"}));
  EXPECT_EQ(words_of(kOpenAi, "!\u0345!"), (Words{"!", "!"}));
}

TEST(WordSplitter, APointInAnAdditionalSpecialIsAnyCharacter) {
  const WordSplitter splitter(true, {{"a.b", true}});
  EXPECT_EQ(words_of(splitter, "axb aéb a\nb"), (Words{"axb", "aéb", "a", "b"}));
}

}  // namespace
}  // namespace tandem
