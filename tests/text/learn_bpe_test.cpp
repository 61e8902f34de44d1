#include "text/learn_bpe.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "base/files.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "text/tokenizer_files.h"
#include "tiny_vocabulary.h"

namespace tandem {
namespace {

using Pair = Vocabulary::Pair;
using Words = std::unordered_map<std::string, int64_t>;

Words count(const std::vector<std::string>& texts) {
  WordCounter counter;
  counter.add(texts);
  return counter.words();
}

/// Byte-pair learning as the paper says it, everything counted again for each merge.
std::vector<Pair> learn_by_hand(const Words& words, int64_t merges, int64_t least) {
  std::vector<std::string> spellings;
  for (const char* end : {"", "</w>"})
    for (const uint8_t byte : byte_order()) spellings.push_back(byte_spelling(byte) + end);
  std::vector<std::pair<std::vector<size_t>, int64_t>> cut;
  for (const auto& [word, times] : words) {
    std::vector<size_t> ids;
    for (const char c : word)
      ids.push_back(std::find(byte_order().begin(), byte_order().end(), static_cast<uint8_t>(c)) -
                    byte_order().begin());
    ids.back() += 256;
    cut.emplace_back(ids, times);
  }
  std::vector<Pair> learned;
  while (static_cast<int64_t>(learned.size()) < merges) {
    std::map<std::pair<size_t, size_t>, int64_t> pairs;
    for (const auto& [ids, times] : cut)
      for (size_t i = 0; i + 1 < ids.size(); ++i) pairs[{ids[i], ids[i + 1]}] += times;
    auto best = pairs.end();
    for (auto at = pairs.begin(); at != pairs.end(); ++at)  // in the order of ids
      if (best == pairs.end() || at->second > best->second) best = at;
    if (best == pairs.end() || best->second < least) break;
    const auto [left, right] = best->first;
    learned.emplace_back(spellings[left], spellings[right]);
    for (auto& entry : cut) {
      std::vector<size_t> joined;
      const auto& ids = entry.first;
      for (size_t i = 0; i < ids.size(); ++i) {
        const bool is_pair = i + 1 < ids.size() && ids[i] == left && ids[i + 1] == right;
        joined.push_back(is_pair ? spellings.size() : ids[i]);
        i += is_pair;
      }
      entry.first = joined;
    }
    spellings.push_back(spellings[left] + spellings[right]);
  }
  return learned;
}

TEST(WordCounter, CleansAndSplitsAsClipDoes) {
  const auto words = count({"A photo of the CAT&amp;s hat, it's 42!", "a photo <|endoftext|> a"});
  const Words expected = {{"a", 3},  {"photo", 2}, {"of", 1},  {"the", 1}, {"cat", 1},
                          {"&", 1},  {"s", 1},     {"hat", 1}, {",", 1},   {"it", 1},
                          {"'s", 1}, {"4", 1},     {"2", 1},   {"!", 1}};
  EXPECT_EQ(words, expected);
}

TEST(WordCounter, CountsWhatItLeavesOut) {
  WordCounter counter;
  counter.add(std::vector<std::string>{"good", "b\xff", std::string(300, 'x')});
  EXPECT_EQ(counter.texts(), 3);
  EXPECT_EQ(counter.bad_texts(), 1);
  EXPECT_EQ(counter.words(), (Words{{"good", 1}}));
}

TEST(LearnMerges, TakesTheMostFrequentPairAndOfEqualOnesTheLowerIds) {
  // Sennrich's example, each word with its end: e s, es t</w>, l o, lo w.
  const Words words = {{"low", 5}, {"lower", 2}, {"newest", 6}, {"widest", 3}};
  const std::vector<Pair> expected = {{"e", "s"}, {"es", "t</w>"}, {"l", "o"}, {"e", "w"}};
  EXPECT_EQ(learn_merges(words, 4), expected);
  EXPECT_EQ(learn_merges({{"ab", 4}, {"cd", 4}, {"zz", 4}}, 1),
            (std::vector<Pair>{{"a", "b</w>"}}));
}

TEST(LearnMerges, IsTheSameAsCountingEverythingAnewForEachMerge) {
  std::mt19937 random(7);
  for (const int letters : {1, 2, 3, 26}) {  // few letters: runs that overlap themselves
    Words words;
    for (int i = 0; i < 300; ++i) {
      std::string word;
      for (size_t length = 1 + random() % 12; length > 0; --length)
        word.push_back(static_cast<char>('a' + random() % letters));
      words[word] += 1 + random() % 9;
    }
    EXPECT_EQ(learn_merges(words, 400), learn_by_hand(words, 400, 2)) << letters << " letters";
  }
}

TEST(LearnMerges, EndsWherePairsAreTooRare) {
  const Words words = {{"abc", 3}, {"xyz", 1}};
  EXPECT_EQ(learn_merges(words, 100), (std::vector<Pair>{{"a", "b"}, {"ab", "c</w>"}}));
  EXPECT_EQ(learn_merges(words, 100, 1).size(), 4u);
  EXPECT_TRUE(learn_merges({}, 100).empty());
}

TEST(LearnMerges, DoesNotDependOnThreadsOrOnTheOrderOfTexts) {
  std::vector<std::string> texts;
  std::mt19937 random(3);
  for (int i = 0; i < 6000; ++i) {
    std::string text;
    for (int word = 0; word < 4; ++word)
      text += "w" + std::string(1, static_cast<char>('a' + random() % 26)) +
              std::string(1, static_cast<char>('a' + random() % 26)) + " ";
    texts.push_back(text);
  }
  set_thread_count(1);
  const auto merges = learn_merges(count(texts), 300);
  set_thread_count(4);
  std::reverse(texts.begin(), texts.end());
  EXPECT_EQ(learn_merges(count(texts), 300), merges);
  set_thread_count(2);
}

class WrittenTokenizer : public ::testing::Test {
 protected:
  void SetUp() override {
    merges_ =
        learn_merges(count({"the cat and the hat", "the thin cat's caf\u00e9", "a caf\u00e9"}), 12);
    write_clip_tokenizer(merges_, folder_.path("new/folder"));
  }
  tandem_test::ScratchFolder folder_;
  std::vector<Pair> merges_;
};

TEST_F(WrittenTokenizer, OpensFromAnyOfItsFilesAlike) {
  const auto files = find_tokenizer_files(folder_.path("new/folder"));
  const Tokenizer whole = Tokenizer::load(files);
  const Tokenizer pair = Tokenizer::load({.vocab = files.vocab,
                                          .merges = files.merges,
                                          .tokenizer_config = files.tokenizer_config,
                                          .special_tokens_map = files.special_tokens_map});
  const Tokenizer openai = Tokenizer::load({.vocab = files.vocab, .merges = files.merges});
  EXPECT_EQ(whole.describe(), pair.describe());
  for (const char* text : {"The CAT and the hat", "caf\u00e9", "7 thin hats!", ""}) {
    EXPECT_EQ(whole.encode(text), pair.encode(text)) << text;
    EXPECT_EQ(whole.encode(text), openai.encode(text)) << text;
  }
}

TEST_F(WrittenTokenizer, IdsAreBytesThenMergesThenStartAndEnd) {
  const Tokenizer tokenizer = Tokenizer::load(find_tokenizer_files(folder_.path("new/folder")));
  const auto size = static_cast<int>(512 + merges_.size() + 2);
  EXPECT_EQ(tokenizer.vocab_size(), size);
  EXPECT_EQ(tokenizer.start_id(), size - 2);
  EXPECT_EQ(tokenizer.end_id(), size - 1);
  EXPECT_EQ(tokenizer.token(0), "!");
  EXPECT_EQ(tokenizer.token(256), "!</w>");
  EXPECT_EQ(tokenizer.token(512), merges_[0].first + merges_[0].second);
  // "the" and "cat" came often enough to be one token each.
  EXPECT_EQ(tokenizer.encode("the cat").size(), 2u);
}

TEST_F(WrittenTokenizer, SpellsTheSameIdsInItsJson) {
  const Json whole = read_json(folder_.path("new/folder/tokenizer.json"));
  EXPECT_EQ(whole["model"]["vocab"], read_json(folder_.path("new/folder/vocab.json")));
  EXPECT_EQ(whole["model"]["merges"].size(), merges_.size());
  EXPECT_EQ(read_file(folder_.path("new/folder/merges.txt")).substr(0, 14), "#version: 0.2\n");
}

}  // namespace
}  // namespace tandem
