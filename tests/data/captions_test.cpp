#include "data/captions.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;
using Texts = std::vector<std::string>;

struct Read {
  Texts texts, bad;
};

Read read(const std::string& input, const Texts& fields = {}) {
  Read result;
  CaptionOptions options;
  for (const auto& field : fields) options.texts.push_back({.field = field});
  options.on_bad = [&](const std::string& sentence) { result.bad.push_back(sentence); };
  read_captions(input, options, [&](std::span<const std::string> batch) {
    result.texts.insert(result.texts.end(), batch.begin(), batch.end());
  });
  return result;
}

TEST(Captions, OfATextFileAreItsLines) {
  const ScratchFolder scratch;
  const auto path = scratch.write("captions.txt", "a cat\r\n\n  two dogs \nthe end");
  EXPECT_EQ(read(path).texts, (Texts{"a cat", "  two dogs ", "the end"}));
}

TEST(Captions, OfJsonLinesNeedNoPicture) {
  const ScratchFolder scratch;
  const auto path = scratch.write("captions.jsonl",
                                  "{\"caption\": \"a cat\", \"alt\": \"cat\"}\n{\"caption\": "
                                  "[\"one\", \"two\"]}\n{\"n\": 1}\n");
  const auto usual = read(path);
  EXPECT_EQ(usual.texts, (Texts{"a cat", "one", "two"}));
  ASSERT_EQ(usual.bad.size(), 1u);
  EXPECT_NE(usual.bad[0].find("line 3"), std::string::npos) << usual.bad[0];
  EXPECT_EQ(read(path, {"alt", "caption[1]"}).texts, (Texts{"cat", "two"}));
}

TEST(Captions, OfATableAreItsColumn) {
  const ScratchFolder scratch;
  const auto path = scratch.write("captions.csv", "id,title\n1,\"a cat, asleep\"\n2,a dog\n");
  EXPECT_EQ(read(path).texts, (Texts{"a cat, asleep", "a dog"}));
}

TEST(Captions, OfAFolderStandBesideItsPictures) {
  const ScratchFolder scratch;
  scratch.write("one.png", "never read as a picture");
  scratch.write("one.txt", "a cat");
  EXPECT_EQ(read(scratch.path("")).texts, (Texts{"a cat"}));
}

TEST(Captions, WhatCannotBeReadIsNamed) {
  EXPECT_NE(refusal([] { read("no/such/captions.txt"); }).find("no/such/captions.txt"),
            std::string::npos);
  const ScratchFolder scratch;
  const auto path = scratch.write("long.txt", std::string((1 << 20) + 1, 'x'));
  EXPECT_NE(refusal([&] { read(path); }).find("one caption a line"), std::string::npos);
}

}  // namespace
}  // namespace tandem
