// Loading the three forms of a vocabulary, and what is said of damaged ones.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "tandem/error.h"
#include "text/tokenizer.h"
#include "tiny_vocabulary.h"

namespace tandem {
namespace {

using tandem_test::ScratchFolder;

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// gzip with one stored block.
std::string gzipped(const std::string& text) {
  uint32_t crc = ~0u;
  for (const char c : text) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  std::string bytes("\x1F\x8B\x08\0\0\0\0\0\0\x03\x01", 11);
  const auto put = [&](uint32_t number, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
  };
  const auto size = static_cast<uint32_t>(text.size());
  put(size, 2);
  put(~size, 2);
  bytes += text;
  put(~crc, 4);
  put(size, 4);
  return bytes;
}

TokenizerFiles written_to(const ScratchFolder& folder) {
  TokenizerFiles files;
  files.vocab = folder.path("vocab.json");
  files.merges = folder.path("merges.txt");
  files.tokenizer_config = folder.path("tokenizer_config.json");
  files.special_tokens_map = folder.path("special_tokens_map.json");
  return files;
}

TEST(TokenizerLoad, GzipOrNotTheVocabularyIsTheSame) {
  const ScratchFolder folder;
  TokenizerFiles files;
  files.bpe_vocab = folder.write("vocab.txt.gz", gzipped(tandem_test::tiny_bpe_file()));
  EXPECT_EQ(Tokenizer::load(files).describe(),
            Tokenizer::load(tandem_test::tiny_bpe(folder)).describe());
}

TEST(TokenizerLoad, AVocabularySizeCutsTheMerges) {
  const ScratchFolder folder;
  const TokenizerFiles files = tandem_test::tiny_bpe(folder);
  const Tokenizer cut = Tokenizer::load(files, Cleaning::openai, 516);
  EXPECT_EQ(cut.vocab_size(), 516);
  EXPECT_EQ(cut.end_id(), 515);
  EXPECT_EQ(cut.encode("the").size(), 1u);
  EXPECT_GT(cut.encode("cat").size(), 1u);
}

TEST(TokenizerLoad, WhatIsWrittenReadsAsTheSameTokenizer) {
  for (const Cleaning cleaning :
       {Cleaning::openai, Cleaning::open_clip, Cleaning::canonicalize, Cleaning::whitespace,
        Cleaning::whitespace_underscore, Cleaning::hugging_face}) {
    const ScratchFolder folder;
    const Tokenizer first = Tokenizer::load(tandem_test::tiny_bpe(folder), cleaning);
    first.write(folder.path());
    // Whatever cleaning is asked for: the folder carries its own.
    const Tokenizer second = Tokenizer::load(written_to(folder), Cleaning::openai);
    EXPECT_EQ(first.describe(), second.describe());
    EXPECT_EQ(first.encode("The cat's_photo"), second.encode("The cat's_photo"));
  }
}

TEST(TokenizerLoad, AdditionalSpecialsSurviveWriting) {
  const ScratchFolder folder;
  TokenizerFiles files = tandem_test::tiny_bpe(folder);
  files.additional_specials = {"<mask>", "a.b"};
  const Tokenizer first = Tokenizer::load(files, Cleaning::open_clip);
  EXPECT_EQ(first.encode("<mask> a.b"), (std::vector<int32_t>{524, 525}));
  first.write(folder.path());
  EXPECT_EQ(Tokenizer::load(written_to(folder)).describe(), first.describe());
}

TEST(TokenizerLoad, TokenizerJsonTakesItsOwnPipelineAndIsWrittenByteForByte) {
  const ScratchFolder folder;
  TokenizerFiles files;
  files.tokenizer_json = folder.write("source.json", tandem_test::tiny_tokenizer_json());
  const Tokenizer tokenizer = Tokenizer::load(files, Cleaning::openai);
  EXPECT_EQ(tokenizer.cleaning(), Cleaning::hugging_face);
  EXPECT_EQ(tokenizer.clean("“Café&amp;"), "“café&amp;");  // no ftfy, no entities
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("THE cat")), "the cat");
  EXPECT_EQ(tokenizer.pad_id(), tokenizer.end_id());
  tokenizer.write(folder.path());
  EXPECT_EQ(read(folder.path("tokenizer.json")), tandem_test::tiny_tokenizer_json());
}

TEST(TokenizerLoad, TheEndTokenIsSoughtInTheRawTextTheStartInTheNormalizedOne) {
  const ScratchFolder folder;
  TokenizerFiles files;
  files.tokenizer_json = folder.write("source.json", tandem_test::tiny_tokenizer_json());
  const Tokenizer tokenizer = Tokenizer::load(files);
  EXPECT_EQ(tokenizer.encode("!<|STARTOFTEXT|>!").size(), 3u);
  EXPECT_GT(tokenizer.encode("<|ENDOFTEXT|>").size(), 1u);
  EXPECT_EQ(tokenizer.encode("<|endoftext|>"), (std::vector<int32_t>{tokenizer.end_id()}));
}

struct Replacement {
  const char* what;
  const char* by;
  const char* sentence;  ///< part of it
  ErrorKind kind;
};

TEST(TokenizerLoad, OtherFamiliesAndDamageAreRefusedByASentence) {
  const Replacement cases[] = {
      {R"("type":"BPE")", R"("type":"WordPiece")", "is a WordPiece tokenizer, as BERT's",
       ErrorKind::unsupported},
      {R"("type":"BPE")", R"("type":"Unigram")", "is a Unigram tokenizer, as T5's and SigLIP's",
       ErrorKind::unsupported},
      {R"("end_of_word_suffix":"</w>")", R"("end_of_word_suffix":null)",
       "without \"</w>\", as GPT-2's and RoBERTa's", ErrorKind::unsupported},
      {R"("type":"Lowercase")", R"("type":"StripAccents")", "normalizes with \"StripAccents\"",
       ErrorKind::unsupported},
      {"'ll|", "", "splits text by another pattern", ErrorKind::unsupported},
      {R"("t h")", R"("th")", "merge 1 is not two symbols", ErrorKind::bad_model},
      {R"("t h")", R"("zz h")", "merge 1 joins two symbols", ErrorKind::bad_model},
      {R"("t h")", R"(7)", "merge 1 is no pair of symbols", ErrorKind::bad_model},
      {R"("!":0,)", R"("!":1,)", "gives id 1 to two spellings", ErrorKind::bad_model},
      {R"("!":0,)", R"("!":-1,)", "has no id from 0", ErrorKind::bad_model},
      {R"("!":0,)", R"("!":16000000,)", "is far above the number of spellings",
       ErrorKind::bad_model},
      {R"("!":0,)", "", "has no symbol for the byte 0x21", ErrorKind::bad_model},
      {R"("content":"<|endoftext|>")", R"("content":"<end>")", "the added tokens \"<end>\"",
       ErrorKind::bad_model},
      {R"("model":)", R"("modal":)", "lacks the field \"model\"", ErrorKind::bad_model},
      {R"({"version")", R"(["version")", "is no JSON", ErrorKind::bad_model},
  };
  for (const Replacement& one : cases) {
    const ScratchFolder folder;
    std::string text = tandem_test::tiny_tokenizer_json();
    const size_t at = text.find(one.what);
    ASSERT_NE(at, text.npos) << one.what;
    text.replace(at, std::string(one.what).size(), one.by);
    TokenizerFiles files;
    files.tokenizer_json = folder.write("tokenizer.json", text);
    try {
      Tokenizer::load(files);
      ADD_FAILURE() << "loads with " << one.by;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(one.sentence), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(files.tokenizer_json), std::string::npos);
      EXPECT_EQ(error.kind(), one.kind) << error.what();
    }
  }
}

void expect_refused(const TokenizerFiles& files, const std::string& sentence, int size = 0) {
  try {
    Tokenizer::load(files, Cleaning::openai, size);
    ADD_FAILURE() << "loads in spite of: " << sentence;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(sentence), std::string::npos) << error.what();
  }
}

TEST(TokenizerLoad, DamagedListsOfMergesAreRefused) {
  const ScratchFolder folder;
  const std::string whole = gzipped(tandem_test::tiny_bpe_file());
  TokenizerFiles files;
  files.bpe_vocab = folder.write("v.gz", whole.substr(0, whole.size() / 2));
  expect_refused(files, "is damaged or cut short");
  files.bpe_vocab = folder.write("v.txt", "header\nt h\nno merge here\n");
  expect_refused(files, "merge 2 is not two symbols");
  files.bpe_vocab = folder.write("v.txt", "header\nt h\n\xFF h\n");
  expect_refused(files, "is no UTF-8 at byte 11");
  files.bpe_vocab = folder.write("v.txt", "header\n");
  expect_refused(files, "has no merges");
  files.bpe_vocab = folder.write("v.txt", tandem_test::tiny_bpe_file());
  expect_refused(files, "has 10 merges, a vocabulary of 600 ids needs 86", 600);
  expect_refused(TokenizerFiles{}, "the model has no tokenizer");
}

TEST(TokenizerLoad, FilesOfOneFolderMustAgree) {
  const ScratchFolder folder;
  Tokenizer::load(tandem_test::tiny_bpe(folder)).write(folder.path());
  TokenizerFiles files = written_to(folder);
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})");
  expect_refused(files, "is for a BertTokenizer");
  folder.write("tokenizer_config.json", R"({"eos_token": "<end>"})");
  expect_refused(files, "another file of the folder says");
  files.tokenizer_config.clear();
  files.merges.clear();
  expect_refused(files, "has no merges.txt beside it");
  files = written_to(folder);
  files.tokenizer_config.clear();
  files.tokenizer_json = folder.write("tokenizer.json", tandem_test::tiny_tokenizer_json());
  folder.write("vocab.json", R"({"?": 0})");
  expect_refused(files, "spells id 0 \"?\"");
}

}  // namespace
}  // namespace tandem
