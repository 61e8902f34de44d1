#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tandem/error.h"
#include "tiny_vocabulary.h"

namespace tandem {
namespace {

using tandem_test::ScratchFolder;
using Ids = std::vector<int32_t>;

constexpr int32_t kFirstMerge = 512, kStart = 522, kEnd = 523;
constexpr int32_t kThe = kFirstMerge + 1, kCat = kFirstMerge + 3, kPhoto = kFirstMerge + 7;

Tokenizer tiny(Cleaning cleaning = Cleaning::openai) {
  const ScratchFolder folder;
  return Tokenizer::load(tandem_test::tiny_bpe(folder), cleaning);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Tokenizer, WordsBecomeIdsAndTextAgain) {
  const Tokenizer tokenizer = tiny();
  EXPECT_EQ(tokenizer.encode("The  CAT photo"), (Ids{kThe, kCat, kPhoto}));
  EXPECT_EQ(tokenizer.decode({kThe, kCat}), "the cat ");
  EXPECT_EQ(tokenizer.token(kCat), "cat</w>");
  EXPECT_EQ(tokenizer.vocab_size(), 524);
}

TEST(Tokenizer, SpecialStringsAreThoseOfTheCleaning) {
  EXPECT_EQ(tiny().encode("<|endoftext|>"), (Ids{kEnd}));
  EXPECT_GT(tiny().encode("<end_of_text>").size(), 1u);
  EXPECT_EQ(tiny(Cleaning::open_clip).encode("<END_OF_TEXT>"), (Ids{kEnd}));
  EXPECT_GT(tiny(Cleaning::open_clip).encode("<|endoftext|>").size(), 1u);
}

TEST(Tokenizer, ARowIsCutWithTheEndTokenLast) {
  const Tokenizer tokenizer = tiny();
  EXPECT_EQ(tokenizer.encode_row("the cat", 4).ids, (Ids{kStart, kThe, kCat, kEnd}));
  EXPECT_FALSE(tokenizer.encode_row("the cat", 4).truncated);
  EXPECT_EQ(tokenizer.encode_row("the cat", 3).ids, (Ids{kStart, kThe, kEnd}));
  EXPECT_TRUE(tokenizer.encode_row("the cat", 3).truncated);
  EXPECT_EQ(tokenizer.encode_row("the cat", 1).ids, (Ids{kEnd}));
  EXPECT_EQ(tokenizer.encode_row("", 1).ids, (Ids{kEnd}));
}

TEST(Tokenizer, WithoutTruncationALongTextIsNamed) {
  const std::string message = message_of([] { tiny().encode_row("The Cat", 3, false); });
  EXPECT_EQ(message,
            "the text \"The Cat\" is too long for context length 3 (4 tokens with start and end); "
            "shorten it or allow truncation");
  EXPECT_NO_THROW(tiny().encode_row("The Cat", 4, false));
}

TEST(Tokenizer, BytesThatAreNoUtf8AreNamedByTheirOffset) {
  EXPECT_EQ(message_of([] { tiny().encode("the \xFF cat"); }),
            "the text is no UTF-8 at byte 4; convert it to UTF-8");
}

TEST(Tokenizer, AnIdOutsideTheVocabularyIsRefused) {
  EXPECT_EQ(message_of([] {
              tiny().decode({kCat, 524});
            }),
            "the token id 524 is not in the vocabulary of 524 ids; use ids of it");
  EXPECT_NE(message_of([] { tiny().token(-1); }), "nothing was thrown");
}

TEST(Tokenizer, DecodingReplacesBytesThatAreNoCharacterAndMayLeaveOutSpecials) {
  const Tokenizer tokenizer = tiny();
  const int32_t half = tokenizer.encode("é").front();  // the first of its two bytes
  EXPECT_EQ(tokenizer.decode({half}), "\uFFFD");
  EXPECT_EQ(tokenizer.decode({kStart, kCat, kEnd}), "<|startoftext|>cat <|endoftext|>");
  EXPECT_EQ(tokenizer.decode({kStart, kCat, kEnd}, true), "cat ");
}

TEST(Tokenizer, ManyThreadsGetTheSameIds) {
  const Tokenizer tokenizer = tiny();
  const std::string text = "the cat photo thing cathe photing";
  const Ids expected = tiny().encode(text);
  std::vector<Ids> got(8);
  std::vector<std::thread> threads;
  for (Ids& ids : got)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) ids = tokenizer.encode(text);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Ids& ids : got) EXPECT_EQ(ids, expected);
}

TEST(Tokenizer, AWordThatIsSpelledButNotReachedByMergesStaysInParts) {
  const ScratchFolder folder;
  TokenizerFiles files;
  // "c a" goes first and leaves nothing for "c at</w>".
  files.bpe_vocab = folder.write("vocab.txt", "header\nc a\na t</w>\nc at</w>\n");
  const Tokenizer tokenizer = Tokenizer::load(files);
  const Ids parts = tokenizer.encode("cat");
  EXPECT_EQ(parts.size(), 2u);
  EXPECT_EQ(tokenizer.encode("cat cat"), (Ids{parts[0], parts[1], parts[0], parts[1]}));
}

TEST(Tokenizer, AVeryLongWordIsCutInLittleTime) {
  std::string word;
  for (int i = 0; i < 500'000; ++i) word += "cathe"[i % 5];
  const Tokenizer tokenizer = tiny();
  const Ids ids = tokenizer.encode(word);  // seconds would be minutes if it were quadratic
  EXPECT_EQ(ids.size(), 299'999u);         // "ca", "th", "e" each time, and "the</w>" at the end
}

}  // namespace
}  // namespace tandem
