#include "describe/caption_bank.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "describe/content_words.h"
#include "describe/wording.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

TEST(CaptionBank, PatternsGiveEveryChoice) {
  EXPECT_EQ(expand_patterns("\nA {dog|cat} on {grass|a sofa}.\nThe sea.\n"),
            (std::vector<std::string>{"A dog on grass.", "A dog on a sofa.", "A cat on grass.",
                                      "A cat on a sofa.", "The sea."}));
}

TEST(CaptionBank, AFilesSentencesAreTakenOnceAndCarefully) {
  const ScratchFolder folder;
  const auto path = folder.write("bank.txt",
                                 "\xef\xbb\xbf"
                                 "A dog on grass.\r\n\n  A dog \t on grass.\nA man on a bench.\n" +
                                     std::string(130, 'a') + "\nA caf\xc3\xa9.\nx\xff.\n");
  const CaptionBank bank = read_caption_bank(path);
  EXPECT_EQ(bank.sentences,
            (std::vector<std::string>{"A dog on grass.", "A caf\xc3\xa9.", "x\xef\xbf\xbd."}));
  EXPECT_EQ(bank.careless, 1u);
  EXPECT_EQ(bank.too_long, 1u);
}

TEST(CaptionBank, AFileWithoutAnyIsRefused) {
  const ScratchFolder folder;
  const auto path = folder.write("bank.txt", "\n A man.\n");
  EXPECT_NE(refusal([&] { read_caption_bank(path); }).find("holds no sentence that can be used (1"),
            std::string::npos);
  EXPECT_NE(refusal([&] { read_caption_bank(folder.path("none")); }), "");
}

TEST(Wording, UnsureSentencesMayShow) {
  EXPECT_EQ(wording("A dog on grass.", true), "A dog on grass.");
  EXPECT_EQ(wording("A dog on grass.", false), "May show: a dog on grass.");
  EXPECT_EQ(wording("Paris at night.", false), "May show: Paris at night.");
}

TEST(Wording, LettersAreCountedNotBytes) {
  EXPECT_EQ(letters_in("caf\xc3\xa9"), 4u);
  EXPECT_EQ(letters_in("\xff\xfe"), 2u);
}

TEST(Wording, OurSentencesKeepToTheLength) {
  for (const auto& sentence : own_caption_bank().sentences)
    EXPECT_LE(letters_in(wording(sentence, false)), kLongestAlt) << sentence;
}

TEST(ContentWords, FormsOfAWordAreOne) {
  EXPECT_EQ(content_words("A dog runs on the grass."), content_words("dogs running, grass"));
  EXPECT_EQ(content_words("A person and two people."), ContentWords{});
  EXPECT_DOUBLE_EQ(share_in(content_words("a dog on grass"), content_words("the dog swims")), 0.5);
  EXPECT_DOUBLE_EQ(share_in({}, content_words("dog")), 0);
}

}  // namespace
}  // namespace tandem
